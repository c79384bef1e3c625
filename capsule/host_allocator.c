#include "capsule/host_allocator.h"

#include <stdatomic.h>

#include "capsule/host.h"

#ifdef HOST_ALLOCATOR_COUNTS

static struct {
    PyMemAllocatorDomain domain;
    PyMemAllocatorEx former; /* the allocator behind the counting one */
} replaced[3];
static int replaced_count;

static atomic_size_t live; /* blocks, of all threads */

/* Each thread counts, and fails, its own allocations. */
static _Thread_local struct {
    size_t tried; /* allocations since the last host_fail_allocation() */
    size_t nth;   /* the allocation that fails, or 0 for none */
    enum host_failure how;
} count;

/* The number of allocations that fail with HOST_FAIL_FROM_THERE_ON. Not all:
 * CPython 3.11 retries forever when an exception handler cannot allocate the
 * number of the bytecode at which it starts. */
enum { FAILURES_FROM_THERE_ON = 1000 };

static bool must_fail(void)
{
    size_t failures = count.how == HOST_FAIL_ONCE ? 1 : FAILURES_FROM_THERE_ON;
    count.tried++;
    return count.nth != 0 && count.tried >= count.nth &&
           count.tried - count.nth < failures;
}

static void *counted(void *block)
{
    if (block) {
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    }
    return block;
}

static void *counting_malloc(void *ctx, size_t size)
{
    PyMemAllocatorEx *next = ctx;
    return must_fail() ? NULL : counted(next->malloc(next->ctx, size));
}

static void *counting_calloc(void *ctx, size_t n, size_t size)
{
    PyMemAllocatorEx *next = ctx;
    return must_fail() ? NULL : counted(next->calloc(next->ctx, n, size));
}

static void *counting_realloc(void *ctx, void *block, size_t size)
{
    PyMemAllocatorEx *next = ctx;
    if (must_fail()) {
        return NULL;
    }
    void *moved = next->realloc(next->ctx, block, size);
    return block ? moved : counted(moved);
}

static void counting_free(void *ctx, void *block)
{
    PyMemAllocatorEx *next = ctx;
    if (block) {
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    }
    next->free(next->ctx, block);
}

void host_allocator_install(const PyMemAllocatorDomain *domains,
                            int domain_count)
{
    atomic_store(&live, 0);
    host_fail_allocation(0, HOST_FAIL_ONCE);
    for (replaced_count = 0; replaced_count < domain_count; replaced_count++) {
        PyMemAllocatorEx *former = &replaced[replaced_count].former;
        PyMemAllocatorEx counting = {
            former,           counting_malloc, counting_calloc,
            counting_realloc, counting_free,
        };
        replaced[replaced_count].domain = domains[replaced_count];
        PyMem_GetAllocator(domains[replaced_count], former);
        PyMem_SetAllocator(domains[replaced_count], &counting);
    }
}

void host_allocator_remove(void)
{
    while (replaced_count > 0) {
        replaced_count--;
        PyMem_SetAllocator(replaced[replaced_count].domain,
                           &replaced[replaced_count].former);
    }
}

bool host_fail_allocation(size_t nth, enum host_failure how)
{
    count.tried = 0;
    count.nth = nth;
    count.how = how;
    return true;
}

size_t host_allocations(void) { return count.tried; }

size_t host_live_blocks(void) { return atomic_load(&live); }

#else

bool host_fail_allocation(size_t nth, enum host_failure how)
{
    (void)nth;
    (void)how;
    return false;
}

size_t host_allocations(void) { return 0; }

size_t host_live_blocks(void) { return 0; }

#endif
