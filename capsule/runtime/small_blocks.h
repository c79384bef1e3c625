/* Free lists for small blocks: the allocator takes half of the time of creating
 * a capsule. Release builds only; other builds call malloc() and free(), so
 * that sanitizers see every block. */
#ifndef CAPSULE_RUNTIME_SMALL_BLOCKS_H
#define CAPSULE_RUNTIME_SMALL_BLOCKS_H

#include <stdlib.h>

#ifdef NDEBUG
#ifdef __cplusplus
extern "C" {
#endif

/* Returns a block of at least `size` bytes, or NULL if there is no memory.
 * `size` must not be 0. Any thread may free the block, with small_free() or
 * free(). */
void *small_malloc(size_t size);
/* Frees a block of small_malloc(), malloc() and the like. NULL is ignored. */
void small_free(void *block);
/* Frees the blocks that this thread keeps. Each thread must call this before it
 * ends. */
void small_blocks_drop(void);

#ifdef __cplusplus
}
#endif
#else

#define small_malloc(size) malloc(size)
#define small_free(block) free(block)
#define small_blocks_drop() ((void)0)

#endif
#endif
