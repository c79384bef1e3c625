/* Hooks of the allocators: free() and realloc() of libc, and those that Python
 * frees its own blocks with. */
#ifndef CHECK_HEAP_H
#define CHECK_HEAP_H

#include <stdbool.h>
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

/* Told of a block that is freed for the second time. */
typedef void (*freed_twice_function)(uintptr_t block, uintptr_t return_address);
void heap_on_freed_twice(freed_twice_function function);

#endif
