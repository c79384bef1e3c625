/* malloc() and free() that keep a few small blocks of each size for the next
 * who asks: half of the time that a capsule takes is the allocator's. Only
 * where nothing watches the memory; else they are malloc() and free(). */
#ifndef CAPSULE_RUNTIME_SMALL_BLOCKS_H
#define CAPSULE_RUNTIME_SMALL_BLOCKS_H

#include <stdlib.h>

#ifdef NDEBUG
#ifdef __cplusplus
extern "C" {
#endif

/* A block of at least `size` bytes, which is not 0; NULL: no memory. Given back
 * with small_free(), in any thread, or free(). */
void *small_malloc(size_t size);
/* Takes what comes from small_malloc(), malloc() and the like, or NULL. */
void small_free(void *block);
/* Frees what is kept for this thread, which has to do so before it ends. */
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
