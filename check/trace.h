/* Writes down what the program does with capsules, if the launcher asks. */
#ifndef CHECK_TRACE_H
#define CHECK_TRACE_H

#include <stdbool.h>

#include "check/fields.h"
#include "check/trace_format.h"

/* True if a trace is written. The other functions may only be called then. */
extern bool trace_is_on;

/* Reads from the environment if and where a trace is written. */
void trace_start(void);

/* Forgets the parent's trace, in a new child process. */
void trace_forget(void);

/* True if the trace shall show how the interpreter runs destructors: then the
 * interpreter calls each destructor, and not the checker. */
bool trace_follows_interpreter(void);

/* Writes down a call that has returned. `given` has the fields capsule, name,
 * value, destructor and result. Releases the exception that the caller has held
 * since before the call. The caller may call the interpreter, unless the
 * program called the function without the GIL. */
void trace_call(const struct call *call, const struct trace_record *given);

/* Writes down a moment (TRACE_DYING ... TRACE_ENDED) in a capsule's end. The
 * caller holds `before`, the exception that was pending as the end began. */
void trace_end(enum trace_kind kind, const struct record *record,
               struct pending before);

/* Writes down that a block was freed that a live capsule led to. */
void trace_freed(uintptr_t block);

/* Writes down that the process ends. */
void trace_exit(void);

#endif
