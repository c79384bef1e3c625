/* Exceptions that are pending while capsule functions are called. */
#ifndef CHECK_ERRORS_H
#define CHECK_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/interpreter.h"
#include "check/record.h"

/* The pending exception: its identity, no references. */
struct pending {
    const void *type; /* NULL: no exception */
    const void *value;
};

/* Returns the exception that is pending. The caller may call the interpreter.
 */
struct pending pending_now(void);

/* Keeps the exception alive until pending_release(). A new exception that takes
 * the address of a freed one would look like it. */
void pending_hold(struct pending pending);
void pending_release(struct pending pending);

/* True if both are the same exception. The caller has held the older one. */
bool pending_equal(struct pending a, struct pending b);

/* Says when or where a call happens whose thread is not attached: after the
 * interpreter has ended, or without the GIL. */
const char *errors_why_detached(void);

/* The last call of a capsule function that failed in this thread. */
struct failure {
    enum function function;
    bool set;
    uintptr_t site;
    uintptr_t stack;  /* an address in the frame of the caller */
    const void *type; /* of the exception that the call raised */
    char name[64];    /* that was asked for */
};

/* Notes that a call has failed. The caller may call the interpreter. */
void failure_note(enum function function, uintptr_t site, uintptr_t stack,
                  const char *name);

/* Returns the last failure of this thread, if its exception is still pending;
 * else NULL. The caller may call the interpreter. */
const struct failure *failure_pending(void);

/* Returns the last failure of this thread, or NULL, pending or not. */
const struct failure *failure_last(void);

/* Reports (GETP-2) a call that is made while the exception of a failed call in
 * the same object is pending. */
void failure_check(enum function function, const struct record *record,
                   uintptr_t site, uintptr_t stack);

/* The functions' names: "PyCapsule_New". */
extern const char *const function_names[FUNCTION_COUNT];

#endif
