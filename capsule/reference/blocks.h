/* malloc() and free() that keep a few small blocks of each size for the next
 * who asks: half of the time that a capsule takes is the allocator's. Only
 * where nothing watches the memory; else they are malloc() and free(). */
#ifndef CAPSULE_REFERENCE_BLOCKS_H
#define CAPSULE_REFERENCE_BLOCKS_H

#include <stdlib.h>

#ifdef NDEBUG
#ifdef __cplusplus
extern "C" {
#endif

/* A block of at least `size` bytes, which is not 0; NULL: no memory. Given back
 * with block_free(), in any thread, or free(). */
void *block_malloc(size_t size);
/* Takes what comes from block_malloc(), malloc() and the like, or NULL. */
void block_free(void *block);
/* Frees what is kept for this thread, which has to do so before it ends. */
void blocks_drop(void);

#ifdef __cplusplus
}
#endif
#else

#define block_malloc(size) malloc(size)
#define block_free(block) free(block)
#define blocks_drop() ((void)0)

#endif
#endif
