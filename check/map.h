/* A hash table from addresses to numbers that grows. */
#ifndef CHECK_MAP_H
#define CHECK_MAP_H

#include <stdint.h>

struct map_entry {
    uintptr_t key;   /* 0: the place is empty */
    uint32_t number; /* never 0 */
};

/* All zero is an empty map. The caller holds the lock. */
struct map {
    struct map_entry *entries;
    uint32_t mask;
    uint32_t used;
};

/* Returns the number of a key, or 0. */
uint32_t map_find(const struct map *map, uintptr_t key);

/* Sets the number of a key, which is not 0. Without memory, nothing changes. */
void map_put(struct map *map, uintptr_t key, uint32_t number);

/* Removes a key, if it has this number. */
void map_remove(struct map *map, uintptr_t key, uint32_t number);

#endif
