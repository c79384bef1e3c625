/* The reference as an implementation under test. */
#include "capsule/host.h"

#include <stdatomic.h>

#include "capsule/reference/internal.h"

/* The allocator behind the counting one. */
static PyMemAllocatorEx system_allocator;

static atomic_size_t live; /* blocks, of all threads */

/* Each thread fails by itself. */
static _Thread_local struct {
    size_t tried; /* allocations since the last host_fail_allocation() */
    size_t nth;   /* the one that fails; 0: none */
    enum host_failure how;
} count;

static bool must_fail(void)
{
    count.tried++;
    return count.nth != 0 &&
           (count.how == HOST_FAIL_ONCE ? count.tried == count.nth
                                        : count.tried >= count.nth);
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

int host_start(const char *profile)
{
    const struct profile *chosen =
        profile_by_name(profile ? profile : "cpython-3.14");
    if (chosen == NULL || chosen->deferred_destruction) {
        return -1;
    }
    reference_profile = chosen;
    atomic_store(&live, 0);
    host_fail_allocation(0, HOST_FAIL_ONCE);
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &system_allocator);
    PyMemAllocatorEx counting = {
        &system_allocator, counting_malloc, counting_calloc,
        counting_realloc,  counting_free,
    };
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &counting);
    Py_InitializeEx(0);
    return 0;
}

void host_stop(void)
{
    Py_FinalizeEx();
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &system_allocator);
}

const char *host_name(void) { return "reference 0.1"; }

const struct profile *host_profile(void) { return reference_profile; }

void host_collect(void) { PyGC_Collect(); }

bool host_fail_allocation(size_t nth, enum host_failure how)
{
    count.tried = 0;
    count.nth = nth;
    count.how = how;
    return true;
}

size_t host_allocations(void) { return count.tried; }

size_t host_live_blocks(void) { return atomic_load(&live); }

bool host_keeps_nothing(void) { return true; }

bool host_catches_misuse(void) { return true; }
