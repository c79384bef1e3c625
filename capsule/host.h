/* The functions that an implementation adds to the C API so that it can be
 * tested.
 *
 * An implementation is anything that offers <Python.h> with the capsule
 * functions. The C API has no functions for some things that tests need: start,
 * stop, collect, make the n-th allocation fail, name the profile to expect.
 * This header declares them, and each implementation defines them in one file,
 * `host.c`.
 */
#ifndef CAPSULE_HOST_H
#define CAPSULE_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "capsule/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts the implementation. `profile` names a row of PROFILES; NULL lets the
 * implementation choose. Returns 0, or -1 if the implementation cannot behave
 * like that profile; then nothing was started. */
int host_start(const char *profile);

/* Ends the implementation; host_start() may be called again. */
void host_stop(void);

/* Restricts imports in the current interpreter, until host_stop(), to modules
 * with these names, so that a program's imports give the same result on every
 * implementation. The modules that the import system itself needs ("builtins")
 * stay available. The strings must be static. Returns false on failure. */
bool host_import_only(const char *const *names, size_t count);

/* The name and version of the implementation, e.g. "reference 0.1". Static. */
const char *host_name(void);

/* The profile in force; valid between host_start() and host_stop(). Static. */
const struct profile *host_profile(void);

/* Runs every destructor that is still due (DTOR-11). Does nothing if
 * destruction is immediate and there are no cycles. */
void host_collect(void);

enum host_failure {
    HOST_FAIL_ONCE,         /* the n-th allocation fails, later ones succeed */
    HOST_FAIL_FROM_THERE_ON /* a thousand later ones fail too */
};

/* Makes an allocation of this thread fail. `nth` counts from 1, starting with
 * the next allocation; 0 means that none fails. Returns false if the
 * implementation cannot make allocations fail. */
bool host_fail_allocation(size_t nth, enum host_failure how);

/* Returns how many allocations this thread tried since its last call of
 * host_fail_allocation(). */
size_t host_allocations(void);

/* Returns the number of blocks that are allocated now, in all threads. Only the
 * difference of two results means something: a difference is a leak. */
size_t host_live_blocks(void);

/* True if the implementation has no caches and no free lists: once a program's
 * objects are destroyed, all blocks allocated for them are free. */
bool host_keeps_nothing(void);

/* True if this implementation prints a line of its own and aborts where C
 * leaves misuse undefined, instead of corrupting memory. Death tests then
 * expect that line. */
bool host_catches_misuse(void);

#ifdef __cplusplus
}
#endif

#endif
