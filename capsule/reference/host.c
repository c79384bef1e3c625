/* The functions of host.h for the reference implementation. */
#include "capsule/host.h"

#include "capsule/host_allocator.h"
#include "capsule/host_clock.h"
#include "capsule/runtime/internal.h"

/* One allocator serves all domains. */
static const PyMemAllocatorDomain all_domains = PYMEM_DOMAIN_OBJ;

int host_start(const char *profile)
{
    const struct profile *chosen =
        profile_by_name(profile ? profile : "cpython-3.14");
    if (chosen == NULL || chosen->deferred_destruction) {
        return -1;
    }
    reference_profile = chosen;
    host_allocator_install(&all_domains, 1);
    Py_InitializeEx(0);
    return 0;
}

void host_stop(void)
{
    Py_FinalizeEx();
    host_allocator_remove();
}

/* Nothing to hide: `warnings` is the only module that the reference brings. */
bool host_import_only(const char *const *names, size_t count)
{
    (void)names;
    (void)count;
    return true;
}

const char *host_name(void) { return "reference 0.1"; }

const struct profile *host_profile(void) { return reference_profile; }

void host_collect(void) { PyGC_Collect(); }

bool host_keeps_nothing(void) { return true; }

bool host_turn_clock(long seconds)
{
    runtime_clock_ahead = seconds;
    return true;
}

bool host_catches_misuse(void) { return true; }
