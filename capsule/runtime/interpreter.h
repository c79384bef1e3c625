/* The state of each interpreter and of each thread state. */
#ifndef CAPSULE_RUNTIME_INTERPRETER_H
#define CAPSULE_RUNTIME_INTERPRETER_H

#include "capsule/runtime/internal.h"

struct _ts {
    PyThreadState *next; /* the next thread state of the same interpreter */
    PyInterpreterState *interp;
    PyObject *raised; /* the pending exception, owned; or NULL */
    int ensured; /* calls of PyGILState_Ensure() without their Release so far */
};

struct import_state {
    PyObject
        *modules; /* sys.modules; NULL at the very end of the interpreter */
    int initialisations; /* how many nested initialisations are under way */
    bool ending;         /* true once nothing can be imported any more */
};

struct warnings_state {
    struct filter *filters; /* a list; the first filter that matches decides */
    struct shown *shown;
};

struct _is {
    PyInterpreterState *next; /* the interpreter created before this one */
    int64_t id;
    PyThreadState *threads;
    struct gc_head tracked; /* the start of a ring of the tracked objects */
    struct import_state import;
    struct warnings_state warnings;
};

/* The current thread state of this thread, or NULL. */
extern _Thread_local PyThreadState *current_thread_state;

/* Returns the current thread state. Aborts if there is none. */
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

/* Creates an interpreter and a thread state in it, and makes the thread state
 * current. Returns false and changes nothing if there is no memory. */
bool interpreter_begin(void);

/* Ends the current interpreter; afterwards no thread state is current. */
void interpreter_end(void);

/* Returns the newest interpreter, or NULL. */
PyInterpreterState *interpreter_last(void);

/* Create and destroy the parts of the current interpreter. The start functions
 * return false if there is no memory. */
bool import_start(void);
void import_stop(void);
bool warnings_start(void);
void warnings_stop(void);
/* gc_stop() stops tracking the objects that other code still holds. */
void gc_start(void);
void gc_stop(void);

/* Returns the tracked object after `op`, or the first one if `op` is NULL; NULL
 * at the end. Borrowed. */
PyObject *gc_next(PyObject *op);

#endif
