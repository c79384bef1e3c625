/* Allocation failures in a program that embeds any Python. */
#ifndef FUZZ_PROGRAM_C_MAIN_ALLOCATIONS_H
#define FUZZ_PROGRAM_C_MAIN_ALLOCATIONS_H

#include <Python.h>

#include <stddef.h>

/* The allocators that do the work. */
static PyMemAllocatorEx allocators[2];

/* The n-th allocation from now fails; 0: no allocation fails. */
static size_t allocations_left;

/* True if all later allocations must fail too. */
static int fails_for_good;

static int fails_now(void)
{
    if (allocations_left != 1) {
        allocations_left -= allocations_left > 0;
        return 0;
    }
    allocations_left = fails_for_good ? 1 : 0;
    return 1;
}

static void *failing_malloc(void *next, size_t size)
{
    PyMemAllocatorEx *a = (PyMemAllocatorEx *)next;
    return fails_now() ? NULL : a->malloc(a->ctx, size);
}

static void *failing_calloc(void *next, size_t count, size_t size)
{
    PyMemAllocatorEx *a = (PyMemAllocatorEx *)next;
    return fails_now() ? NULL : a->calloc(a->ctx, count, size);
}

static void *failing_realloc(void *next, void *block, size_t size)
{
    PyMemAllocatorEx *a = (PyMemAllocatorEx *)next;
    return fails_now() ? NULL : a->realloc(a->ctx, block, size);
}

static void failing_free(void *next, void *block)
{
    PyMemAllocatorEx *a = (PyMemAllocatorEx *)next;
    a->free(a->ctx, block);
}

/* Makes the n-th allocation from now fail and, if `for_good`, all later ones.
 * With n = 0, no allocation fails. */
static void fail_allocations(size_t n, int for_good)
{
    static const PyMemAllocatorDomain domains[2] = {PYMEM_DOMAIN_MEM,
                                                    PYMEM_DOMAIN_OBJ};
    for (int i = 0; i < 2 && allocators[i].malloc == NULL; i++) {
        PyMemAllocatorEx failing = {&allocators[i], failing_malloc,
                                    failing_calloc, failing_realloc,
                                    failing_free};
        PyMem_GetAllocator(domains[i], &allocators[i]);
        PyMem_SetAllocator(domains[i], &failing);
    }
    allocations_left = n;
    fails_for_good = for_good;
}

#endif
