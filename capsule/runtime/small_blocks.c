#include "capsule/runtime/small_blocks.h"

#ifdef NDEBUG

#include <malloc.h>

/* Blocks are kept by size, in steps of 16 bytes: list i holds blocks of at
 * least 16 * i + 8 bytes, which are the sizes that malloc() makes. List 0 stays
 * empty, because its blocks are too small for a `struct kept`. */
enum { STEP = 16, LEAST = 8, LISTS = 9, LONGEST = 32 };

struct kept {
    struct kept *next;
    size_t count; /* the number of blocks from here to the end of the list */
};

static _Thread_local struct kept *lists[LISTS];

void *small_malloc(size_t size)
{
    size_t i = (size + STEP - LEAST - 1) / STEP;
    if (i >= LISTS || lists[i] == NULL) {
        return malloc(size);
    }
    struct kept *block = lists[i];
    lists[i] = block->next;
    return block;
}

void small_free(void *block)
{
    size_t i = (malloc_usable_size(block) - LEAST) / STEP;
    if (block == NULL || i == 0 || i >= LISTS) {
        free(block);
        return;
    }
    struct kept *next = lists[i], *kept = block;
    kept->next = next;
    kept->count = next ? next->count + 1 : 1;
    if (kept->count > LONGEST) {
        free(kept);
    } else {
        lists[i] = kept;
    }
}

void small_blocks_drop(void)
{
    for (size_t i = 0; i < LISTS; i++) {
        for (struct kept *block; (block = lists[i]) != NULL;) {
            lists[i] = block->next;
            free(block);
        }
    }
}

#endif
