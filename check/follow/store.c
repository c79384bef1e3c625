/* The living capsules of a trace: as many as there are. */
#include "check/follow/store.h"

#include <stdio.h>
#include <stdlib.h>

#include "check/map.h"

static struct stored *entries; /* the first is unused */
static uint32_t entry_count;
static uint32_t room;
static uint32_t unused;
static struct map numbers; /* object -> index of its entry */

struct stored *store_find(uint64_t object)
{
    uint32_t number = map_find(&numbers, (uintptr_t)object);
    return number ? &entries[number] : NULL;
}

static uint32_t fresh(void)
{
    uint32_t number = unused;
    if (number) {
        unused = entries[number].next;
        return number;
    }
    if (entry_count + 1 >= room) {
        room = room ? room * 2 : 1024;
        entries = realloc(entries, room * sizeof *entries);
        if (!entries) {
            fputs("follow: no memory for the capsules of the trace\n", stderr);
            exit(2);
        }
    }
    return ++entry_count;
}

struct stored *store_add(uint64_t object)
{
    struct stored *before = store_find(object);
    if (before)
        store_remove(before);
    uint32_t number = fresh();
    entries[number] = (struct stored){.object = object};
    map_put(&numbers, (uintptr_t)object, number);
    return &entries[number];
}

void store_remove(struct stored *stored)
{
    uint32_t number = (uint32_t)(stored - entries);
    map_remove(&numbers, (uintptr_t)stored->object, number);
    *stored = (struct stored){.next = unused};
    unused = number;
}

bool store_any(bool (*function)(const struct stored *stored, void *context),
               void *context)
{
    for (uint32_t i = 1; i <= entry_count; i++)
        if (entries[i].object && function(&entries[i], context))
            return true;
    return false;
}

void store_clear(void)
{
    for (uint32_t i = 1; i <= entry_count; i++)
        if (entries[i].object)
            store_remove(&entries[i]);
}
