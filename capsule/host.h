/* What an implementation adds to the C API so that it can be tested.
 *
 * An implementation is anything that offers <Python.h> with the capsule
 * functions. What the C API has no name for (start, stop, collect, make the
 * n-th allocation fail, which measured behaviour to expect) is declared here,
 * and each implementation defines it in one file, `host.c`.
 */
#ifndef CAPSULE_HOST_H
#define CAPSULE_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "capsule/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts the implementation. `profile` names a row of PROFILES, or is NULL for
 * the implementation's own choice. Returns 0, or -1 when the implementation
 * cannot behave like that profile; then nothing was started. */
int host_start(const char *profile);

/* Ends the implementation; host_start() may be called again. */
void host_stop(void);

/* From now until host_stop(), in the interpreter that is running: no module can
 * be imported but those of these names, whatever else the implementation has;
 * so that a program's imports mean the same everywhere. What finds and loads
 * these stays as it is, and what it needs itself ("builtins") stays with it.
 * The names are static. Returns false where it failed. */
bool host_import_only(const char *const *names, size_t count);

/* The name and version of the implementation, e.g. "reference 0.1". Static. */
const char *host_name(void);

/* The profile in force; valid between host_start() and host_stop(). Static. */
const struct profile *host_profile(void);

/* Runs every destructor that the implementation may still owe (DTOR-11).
 * Does nothing where destruction is immediate and there are no cycles. */
void host_collect(void);

enum host_failure {
    HOST_FAIL_ONCE,         /* the n-th allocation fails, later ones succeed */
    HOST_FAIL_FROM_THERE_ON /* so do later ones, more than a call can need */
};

/* Makes an allocation fail. `nth` counts from 1, from now on; 0 switches
 * failing off. Returns false where the implementation cannot do it. */
bool host_fail_allocation(size_t nth, enum host_failure how);

/* The number of allocations that the implementation tried since the last call
 * of host_fail_allocation(). */
size_t host_allocations(void);

/* The number of blocks that the implementation holds now. A difference of two
 * values is a leak; the value itself means nothing. */
size_t host_live_blocks(void);

/* True when the implementation keeps no memory for itself between one use and
 * the next (caches, free lists): when the objects of a program are gone, so are
 * all blocks that it allocated for them. */
bool host_keeps_nothing(void);

/* True when this implementation answers misuse that C leaves undefined with a
 * line of its own and abort() instead of corrupting memory. Death tests then
 * expect that line. */
bool host_catches_misuse(void);

#ifdef __cplusplus
}
#endif

#endif
