/* Hooks of free() and realloc() of libc. */
#ifndef CHECK_HEAP_H
#define CHECK_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/watch.h"

/* Starts to watch the heap of libc. Writes a note if another allocator or a
 * sanitizer makes that impossible, and leaves the heap alone. */
void heap_start(void);

/* True if freed blocks are seen and held. */
bool heap_is_watched(void);

/* True if the address lies in a small block of libc that this thread has freed
 * lately. */
bool heap_is_freed(uintptr_t address);

/* A capsule whose destructor runs in this thread: the block of memory that it
 * lies in, from the head of the garbage collector on. */
struct dying {
    uintptr_t block; /* 0: no destructor runs */
    size_t head;     /* bytes before the object */
};

/* Sets the dying capsule of this thread and returns the one before it. Its
 * destructor must not free it: such a free() is reported as the second one, and
 * does nothing. */
struct dying heap_set_dying(struct dying now);

/* True if the block is the dying capsule: then reports the free(). */
bool heap_frees_dying(uintptr_t block, uintptr_t caller);

/* True if the block must not be freed: it is kept for a capsule that leads into
 * it, or it was kept before, which is reported. */
bool heap_keeps(enum heap heap, uintptr_t block, size_t size, uintptr_t caller);

/* Told of a block that is freed for the second time. */
typedef void (*freed_twice_function)(uintptr_t block, uintptr_t return_address);
void heap_on_freed_twice(freed_twice_function function);

#endif
