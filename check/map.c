/* A hash table from addresses to numbers that grows. */
#include "check/map.h"

#include <stddef.h>

#include "check/pages.h"

enum { FIRST_SIZE = 1 << 10 };

static uint32_t home(uintptr_t key, uint32_t mask)
{
    return (uint32_t)((key >> 3) * 0x9E3779B97F4A7C15u >> 32) & mask;
}

/* Returns the place of the key, or the empty place where it belongs. */
static uint32_t place_of(const struct map *map, uintptr_t key)
{
    uint32_t at = home(key, map->mask);
    while (map->entries[at].key && map->entries[at].key != key)
        at = (at + 1) & map->mask;
    return at;
}

uint32_t map_find(const struct map *map, uintptr_t key)
{
    if (!map->entries || !key)
        return 0;
    return map->entries[place_of(map, key)].number;
}

static void grow(struct map *map)
{
    uint32_t size = map->entries ? (map->mask + 1) * 2 : FIRST_SIZE;
    struct map larger = {.entries = pages_map(size * sizeof *map->entries),
                         .mask = size - 1,
                         .used = map->used};
    if (!larger.entries)
        return;
    for (uint32_t i = 0; map->entries && i <= map->mask; i++)
        if (map->entries[i].key)
            larger.entries[place_of(&larger, map->entries[i].key)] =
                map->entries[i];
    if (map->entries)
        pages_unmap(map->entries, (map->mask + 1) * sizeof *map->entries);
    *map = larger;
}

void map_put(struct map *map, uintptr_t key, uint32_t number)
{
    if (!map->entries || map->used >= map->mask / 2)
        grow(map);
    if (!key || !map->entries || map->used >= map->mask)
        return;
    struct map_entry *entry = &map->entries[place_of(map, key)];
    map->used += !entry->key;
    *entry = (struct map_entry){key, number};
}

void map_remove(struct map *map, uintptr_t key, uint32_t number)
{
    if (map_find(map, key) != number || !number)
        return;
    uint32_t hole = place_of(map, key);
    map->entries[hole] = (struct map_entry){0, 0};
    map->used--;
    /* Entries behind the hole that it kept away from their home move up. */
    for (uint32_t at = (hole + 1) & map->mask; map->entries[at].key;
         at = (at + 1) & map->mask) {
        uint32_t wanted = home(map->entries[at].key, map->mask);
        if (((at - wanted) & map->mask) < ((at - hole) & map->mask))
            continue;
        map->entries[hole] = map->entries[at];
        map->entries[at] = (struct map_entry){0, 0};
        hole = at;
    }
}
