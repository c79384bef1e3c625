/* What each interpreter and each thread state has of its own. */
#ifndef CAPSULE_RUNTIME_INTERPRETER_H
#define CAPSULE_RUNTIME_INTERPRETER_H

#include "capsule/runtime/internal.h"

struct _ts {
    PyThreadState *next; /* of the same interpreter */
    PyInterpreterState *interp;
    PyObject *raised; /* the pending exception, owned; or NULL */
    int ensured;      /* calls of PyGILState_Ensure() without their Release */
};

struct import_state {
    PyObject *modules;   /* sys.modules; NULL at the very end */
    int initialisations; /* that are under way, one inside the other */
    bool ending;         /* nothing can be imported any more */
};

struct warnings_state {
    struct filter *filters; /* the first one that matches decides */
    struct shown *shown;
};

struct _is {
    PyInterpreterState *next; /* made before this one */
    int64_t id;
    PyThreadState *threads;
    struct gc_head tracked; /* a ring, this being its start */
    struct import_state import;
    struct warnings_state warnings;
};

/* The thread state of this thread, or NULL. */
extern _Thread_local PyThreadState *current_thread_state;

/* The same where there must be one; else the process is aborted. */
void no_thread_state(void) __attribute__((noreturn, cold));
static inline PyThreadState *thread_state(void)
{
    if (__builtin_expect(current_thread_state == NULL, 0)) {
        no_thread_state();
    }
    return current_thread_state;
}

static inline PyInterpreterState *interpreter(void)
{
    return thread_state()->interp;
}

/* Makes the next interpreter and a thread state in it, which becomes current:
 * false, and no change, where there is no memory. */
bool interpreter_begin(void);

/* Ends the current interpreter; afterwards no thread state is current. */
void interpreter_end(void);

/* The interpreter that was made last, or NULL. */
PyInterpreterState *interpreter_last(void);

/* What an interpreter begins with, false where there is no memory, and how it
 * ends. In the current interpreter. */
bool import_start(void);
void import_stop(void);
bool warnings_start(void);
void warnings_stop(void);
/* What the collector knows and somebody outside still holds is forgotten. */
void gc_start(void);
void gc_stop(void);

/* The object that the collector knows after `op`, or the first one for NULL;
 * NULL at the end. Borrowed. */
PyObject *gc_next(PyObject *op);

#endif
