/* Hooks of the allocators with which Python frees its own blocks. */
#ifndef CHECK_PYTHON_HEAP_H
#define CHECK_PYTHON_HEAP_H

#include "check/watch.h"

/* Hooks Python's allocators, once the interpreter works, if the heap is watched
 * at all. Cheap to call again. The caller may call the interpreter. */
void python_heap_hook(void);

/* Gives a block that was kept back to the allocator that it came from. Loses
 * the block if this thread may not call the interpreter. */
void python_heap_free(enum heap heap, void *block);

#endif
