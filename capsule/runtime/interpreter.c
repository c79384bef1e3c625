/* Interpreters and thread states: creating, entering, leaving, ending. */
#include "capsule/runtime/interpreter.h"
#include "capsule/runtime/small_blocks.h"

#include <pthread.h>

_Thread_local PyThreadState *current_thread_state;

/* The thread state that PyGILState_Ensure() makes current. */
static _Thread_local PyThreadState *own_thread_state;

static PyInterpreterState
    *last; /* the newest interpreter; `next` leads to the older ones */
static int64_t next_id;

/* Guards `last` and the lists of thread states. */
static pthread_mutex_t lists = PTHREAD_MUTEX_INITIALIZER;

void no_thread_state(void)
{
    Py_FatalError("this thread has no current thread state; see pystate.h");
}

/* --- thread states -------------------------------------------------------- */

static PyThreadState *new_thread_state(PyInterpreterState *interp)
{
    PyThreadState *state = PyMem_Calloc(1, sizeof(*state));
    if (state) {
        state->interp = interp;
        pthread_mutex_lock(&lists);
        state->next = interp->threads;
        interp->threads = state;
        pthread_mutex_unlock(&lists);
    }
    return state;
}

/* Ends the current thread state. Afterwards none is current. */
static void end_thread_state(void)
{
    PyErr_Clear();
    PyThreadState *state = current_thread_state;
    pthread_mutex_lock(&lists);
    PyThreadState **place = &state->interp->threads;
    while (*place != state) {
        place = &(*place)->next;
    }
    *place = state->next;
    pthread_mutex_unlock(&lists);
    if (own_thread_state == state) {
        own_thread_state = NULL;
    }
    current_thread_state = NULL;
    PyMem_Free(state);
    small_blocks_drop();
}

PyThreadState *PyThreadState_Swap(PyThreadState *tstate)
{
    PyThreadState *former = current_thread_state;
    current_thread_state = tstate;
    return former;
}

PyThreadState *PyThreadState_Get(void) { return thread_state(); }

PyInterpreterState *PyThreadState_GetInterpreter(PyThreadState *tstate)
{
    return tstate->interp;
}

PyThreadState *PyEval_SaveThread(void)
{
    PyThreadState *state = thread_state();
    current_thread_state = NULL;
    return state;
}

void PyEval_RestoreThread(PyThreadState *tstate)
{
    current_thread_state = tstate;
}

PyGILState_STATE PyGILState_Ensure(void)
{
    if (own_thread_state == NULL) {
        own_thread_state = new_thread_state(PyInterpreterState_Main());
        if (own_thread_state == NULL) {
            Py_FatalError("no memory for a thread state");
        }
    }
    PyGILState_STATE before = current_thread_state == own_thread_state
                                  ? PyGILState_LOCKED
                                  : PyGILState_UNLOCKED;
    current_thread_state = own_thread_state;
    own_thread_state->ensured++;
    return before;
}

void PyGILState_Release(PyGILState_STATE state)
{
    if (current_thread_state == NULL ||
        current_thread_state != own_thread_state) {
        Py_FatalError("PyGILState_Release without its PyGILState_Ensure");
    }
    if (--own_thread_state->ensured == 0) {
        end_thread_state();
    } else if (state == PyGILState_UNLOCKED) {
        current_thread_state = NULL;
    }
}

/* --- interpreters --------------------------------------------------------- */

bool interpreter_begin(void)
{
    PyThreadState *former = current_thread_state;
    PyInterpreterState *interp = PyMem_Calloc(1, sizeof(*interp));
    PyThreadState *state = interp ? new_thread_state(interp) : NULL;
    if (state == NULL) {
        PyMem_Free(interp);
        return false;
    }
    pthread_mutex_lock(&lists);
    interp->next = last;
    interp->id = next_id++;
    last = interp;
    pthread_mutex_unlock(&lists);
    if (interp->next == NULL) {
        own_thread_state = state;
        state->ensured = 1; /* keeps it until the interpreter ends */
    }
    current_thread_state = state;
    gc_start();
    if (!import_start() || !warnings_start()) {
        interpreter_end();
        current_thread_state = former;
        return false;
    }
    return true;
}

void interpreter_end(void)
{
    PyInterpreterState *interp = interpreter();
    PyErr_Clear();
    import_stop();
    warnings_stop();
    gc_stop();
    end_thread_state();
    if (interp->threads) {
        Py_FatalError("the interpreter still has thread states");
    }
    pthread_mutex_lock(&lists);
    PyInterpreterState **place = &last;
    while (*place != interp) {
        place = &(*place)->next;
    }
    *place = interp->next;
    next_id = last ? next_id : 0;
    pthread_mutex_unlock(&lists);
    PyMem_Free(interp);
}

PyInterpreterState *interpreter_last(void) { return last; }

PyInterpreterState *PyInterpreterState_Get(void) { return interpreter(); }

PyInterpreterState *PyInterpreterState_Main(void)
{
    pthread_mutex_lock(&lists);
    PyInterpreterState *interp = last;
    while (interp && interp->next) {
        interp = interp->next;
    }
    pthread_mutex_unlock(&lists);
    if (interp == NULL) {
        Py_FatalError("no interpreter is running");
    }
    return interp;
}

int64_t PyInterpreterState_GetID(PyInterpreterState *interp)
{
    return interp->id;
}

PyThreadState *Py_NewInterpreter(void)
{
    if (!Py_IsInitialized()) {
        Py_FatalError("call Py_Initialize() first");
    }
    return interpreter_begin() ? current_thread_state : NULL;
}

void Py_EndInterpreter(PyThreadState *tstate)
{
    if (tstate != current_thread_state) {
        Py_FatalError("the thread state is not current");
    }
    if (tstate->interp == PyInterpreterState_Main()) {
        Py_FatalError("the main interpreter ends with Py_FinalizeEx()");
    }
    interpreter_end();
}
