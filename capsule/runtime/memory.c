/* All memory is allocated and freed here. */
#include "capsule/runtime/internal.h"
#include "capsule/runtime/small_blocks.h"

static void *system_malloc(void *ctx, size_t size)
{
    (void)ctx;
    return small_malloc(size);
}

static void *system_calloc(void *ctx, size_t count, size_t size)
{
    (void)ctx;
    return calloc(count, size);
}

static void *system_realloc(void *ctx, void *block, size_t size)
{
    (void)ctx;
    return realloc(block, size);
}

static void system_free(void *ctx, void *block)
{
    (void)ctx;
    small_free(block);
}

static PyMemAllocatorEx allocator = {
    NULL, system_malloc, system_calloc, system_realloc, system_free,
};

void PyMem_GetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *out)
{
    (void)domain;
    *out = allocator;
}

void PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *in)
{
    (void)domain;
    allocator = *in;
}

void *PyMem_Malloc(size_t size)
{
    return allocator.malloc(allocator.ctx, size ? size : 1);
}

void *PyMem_Calloc(size_t count, size_t size)
{
    if (count == 0 || size == 0) {
        count = size = 1;
    }
    return allocator.calloc(allocator.ctx, count, size);
}

void *PyMem_Realloc(void *block, size_t size)
{
    return allocator.realloc(allocator.ctx, block, size ? size : 1);
}

void PyMem_Free(void *block) { allocator.free(allocator.ctx, block); }
