/* Hooks of the allocators: free() and realloc() of libc, and those that Python
 * frees its own blocks with. */
#ifndef CHECK_HEAP_H
#define CHECK_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts to watch the heap of libc. Writes a note if another allocator or a
 * sanitizer makes that impossible, and leaves the heap alone. */
void heap_start(void);

/* Hooks Python's allocators, once the interpreter works. Cheap to call again.
 * The caller may call the interpreter. */
void heap_hook_python(void);

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

/* Told of a block that is freed for the second time. */
typedef void (*freed_twice_function)(uintptr_t block, uintptr_t return_address);
void heap_on_freed_twice(freed_twice_function function);

#endif
