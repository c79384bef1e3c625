/* Hooks of the allocators with which Python frees its own blocks. */
#include "check/python_heap.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "check/channel.h"
#include "check/heap.h"
#include "check/interpreter.h"
#include "check/memory.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

/* The largest block of Python's small block allocator. */
enum { SMALL = 512 };

struct allocator { /* PyMemAllocatorEx */
    void *context;
    void *(*malloc)(void *context, size_t size);
    void *(*calloc)(void *context, size_t count, size_t size);
    void *(*realloc)(void *context, void *block, size_t size);
    void (*free)(void *context, void *block);
};

static struct allocator real_python[HEAP_COUNT];
static bool python_hooked;

/* Facts about the small block allocator: blocks of one size fill a pool,
 * whose first bytes describe it. Both numbers are measured, not assumed. */
static uintptr_t pool_size;
static uintptr_t alignment;

struct pool {
    uint32_t used;
    uint32_t padding;
    void *links[3];
    uint32_t arena;
    uint32_t size_class;
    uint32_t next_offset;
    uint32_t last_offset;
};

/* Returns the size of the block if it is one of a pool like this, else 0. */
static size_t size_in_pool(uintptr_t block, uintptr_t size, uintptr_t step)
{
    uintptr_t start = block & ~(size - 1);
    const struct pool *pool = (const struct pool *)start;
    if (!memory_is_readable(start, sizeof *pool))
        return 0;
    size_t found = (pool->size_class + 1) * step;
    return found <= SMALL && pool->last_offset + found == size &&
                   (block - start - sizeof *pool) % found == 0
               ? found
               : 0;
}

static void measure_pools(void)
{
    enum { BLOCK = 48 };
    uintptr_t block = (uintptr_t)python.Object_Malloc(BLOCK);
    for (uintptr_t size = 1 << 12; block && size <= 1 << 14; size *= 4)
        for (uintptr_t step = 8; step <= 16; step *= 2)
            if (size_in_pool(block, size, step) == BLOCK) {
                pool_size = size;
                alignment = step;
            }
    if (block)
        python.Object_Free((void *)block);
}

/* Returns the size of a block of Python's. 1 stands for unknown: only an
 * address at the very start of the block counts as freed then. */
static size_t size_of_python(uintptr_t block)
{
    size_t size = pool_size ? size_in_pool(block, pool_size, alignment) : 0;
    return size ? size : 1;
}

static void free_python(enum heap heap, void *context, void *block,
                        uintptr_t caller)
{
    uintptr_t address = (uintptr_t)block;
    if (heap_frees_dying(address, caller))
        return;
    if (watch_may_concern(address, SMALL) && watch_concerns(address, SMALL) &&
        heap_keeps(heap, address, size_of_python(address), caller))
        return;
    real_python[heap].free(context, block);
}

static void *realloc_python(enum heap heap, void *context, void *block,
                            size_t size, uintptr_t caller)
{
    uintptr_t address = (uintptr_t)block;
    size_t before = 1;
    if (block && size && watch_may_concern(address, SMALL) &&
        watch_concerns(address, SMALL))
        before = size_of_python(address);
    if (before == 1)
        return real_python[heap].realloc(context, block, size);
    void *copy = real_python[heap].malloc(context, size);
    if (copy) {
        memcpy(copy, block, before < size ? before : size);
        free_python(heap, context, block, caller);
    }
    return copy;
}

static void free_mem(void *context, void *block)
{
    if (block)
        free_python(HEAP_MEM, context, block, CALLER);
}

static void free_object(void *context, void *block)
{
    if (block)
        free_python(HEAP_OBJECT, context, block, CALLER);
}

static void *realloc_mem(void *context, void *block, size_t size)
{
    return realloc_python(HEAP_MEM, context, block, size, CALLER);
}

static void *realloc_object(void *context, void *block, size_t size)
{
    return realloc_python(HEAP_OBJECT, context, block, size, CALLER);
}

void python_heap_hook(void)
{
    if (python_hooked || !heap_is_watched())
        return;
    python_hooked = true;
    if (!python.Mem_GetAllocator || !python.Mem_SetAllocator) {
        channel_note("blocks of PyMem_Malloc and PyObject_Malloc are not "
                     "watched: this Python has no PyMem_SetAllocator");
        return;
    }
    measure_pools();
    for (enum heap heap = HEAP_MEM; heap < HEAP_COUNT; heap++) {
        struct allocator hooked;
        python.Mem_GetAllocator(heap, &hooked);
        if (hooked.free == free_mem || hooked.free == free_object)
            continue;
        real_python[heap] = hooked;
        hooked.free = heap == HEAP_MEM ? free_mem : free_object;
        hooked.realloc = heap == HEAP_MEM ? realloc_mem : realloc_object;
        python.Mem_SetAllocator(heap, &hooked);
    }
}

void python_heap_free(enum heap heap, void *block)
{
    if (python_hooked && interpreter_may_be_called() && interpreter_is_main())
        real_python[heap].free(real_python[heap].context, block);
}
