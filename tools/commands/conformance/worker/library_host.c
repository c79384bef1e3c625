/* The functions of host.h that a library does not export itself. NEEDS_<name>
 * is defined for each function that is missing. */
#include <Python.h>

#include "capsule/host.h"
#include "capsule/host_clock.h"

#ifdef NEEDS_host_start
static const struct profile *chosen;

int host_start(const char *profile)
{
    chosen = profile_by_name(profile ? profile : "documented");
    if (chosen == NULL || chosen->observed_rules) {
        return -1;
    }
    Py_InitializeEx(0);
    return 0;
}
#endif

#ifdef NEEDS_host_stop
void host_stop(void) { Py_FinalizeEx(); }
#endif

#ifdef NEEDS_host_import_only
bool host_import_only(const char *const *names, size_t count)
{
    (void)names;
    (void)count;
    return true;
}
#endif

#ifdef NEEDS_host_name
const char *host_name(void) { return LIBRARY_NAME; }
#endif

#ifdef NEEDS_host_profile
const struct profile *host_profile(void)
{
#ifdef NEEDS_host_start
    return chosen;
#else
    return profile_by_name("documented");
#endif
}
#endif

#ifdef NEEDS_host_collect
void host_collect(void) {}
#endif

#ifdef NEEDS_host_fail_allocation
bool host_fail_allocation(size_t nth, enum host_failure how)
{
    (void)nth;
    (void)how;
    return false;
}
#endif

#ifdef NEEDS_host_allocations
size_t host_allocations(void) { return 0; }
#endif

#ifdef NEEDS_host_live_blocks
size_t host_live_blocks(void) { return 0; }
#endif

#ifdef NEEDS_host_keeps_nothing
bool host_keeps_nothing(void) { return false; }
#endif

#ifdef NEEDS_host_turn_clock
bool host_turn_clock(long seconds)
{
    (void)seconds;
    return false;
}
#endif

#ifdef NEEDS_host_catches_misuse
bool host_catches_misuse(void) { return false; }
#endif
