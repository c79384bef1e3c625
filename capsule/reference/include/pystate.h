/* Interpreters and thread states.
 *
 * A process may have several interpreters. Each has its own sys.modules and so
 * its own instance of each module, its own warning filters and its own garbage.
 * The current thread state says which interpreter a thread is in; the error
 * indicator belongs to the thread state.
 *
 * There is no global lock here: threads run in parallel, as in a free-threaded
 * build of CPython. Threads may create and destroy objects at the same time.
 * Objects that several threads use (a capsule, a container, sys.modules) need a
 * lock of the caller; a container is best left to one thread.
 */
#ifndef Py_PYSTATE_H
#define Py_PYSTATE_H

typedef struct _ts PyThreadState;
typedef struct _is PyInterpreterState;

/* --- interpreters --------------------------------------------------------- */

/* Creates an interpreter and a thread state for this thread, makes the thread
 * state current and returns it; borrowed from the interpreter. NULL if there is
 * no memory; then nothing has changed. The interpreter knows the announced
 * modules and has imported none (SUB-2). */
PyAPI_FUNC(PyThreadState *) Py_NewInterpreter(void);

/* Ends the interpreter of the thread state, which must be current and must not
 * belong to the main interpreter. Destroys the interpreter's modules, and with
 * them the capsules that no other code holds. Their destructors run in this
 * interpreter, which can no longer import (DTOR-10). Afterwards no thread state
 * is current. */
PyAPI_FUNC(void) Py_EndInterpreter(PyThreadState *tstate);

/* The interpreter of the current thread state; the interpreter that
 * Py_Initialize() created; and the interpreter's number, which no other
 * interpreter has had. The main interpreter has number 0. Never NULL. */
PyAPI_FUNC(PyInterpreterState *) PyInterpreterState_Get(void);
PyAPI_FUNC(PyInterpreterState *) PyInterpreterState_Main(void);
PyAPI_FUNC(int64_t) PyInterpreterState_GetID(PyInterpreterState *interp);

/* --- thread states -------------------------------------------------------- */

/* Makes a thread state, or none if NULL, current for this thread. Returns the
 * former thread state, or NULL. The error indicator changes with the thread
 * state. */
PyAPI_FUNC(PyThreadState *) PyThreadState_Swap(PyThreadState *tstate);
/* Returns the current thread state. Aborts if there is none, so the result is
 * never NULL. */
PyAPI_FUNC(PyThreadState *) PyThreadState_Get(void);
PyAPI_FUNC(PyInterpreterState *)
    PyThreadState_GetInterpreter(PyThreadState *tstate);

/* SaveThread is PyThreadState_Swap(NULL), for a thread that is going to wait;
 * RestoreThread undoes it. */
PyAPI_FUNC(PyThreadState *) PyEval_SaveThread(void);
PyAPI_FUNC(void) PyEval_RestoreThread(PyThreadState *tstate);
#define Py_BEGIN_ALLOW_THREADS                                                 \
    {                                                                          \
        PyThreadState *_save = PyEval_SaveThread();
#define Py_END_ALLOW_THREADS                                                   \
    PyEval_RestoreThread(_save);                                               \
    }

/* For threads that the interpreter did not create. Ensure makes a thread state
 * of the main interpreter current, and creates one if this thread has none.
 * Each Ensure needs a Release with its result; the last Release ends the thread
 * state that the first Ensure created. */
typedef enum { PyGILState_LOCKED, PyGILState_UNLOCKED } PyGILState_STATE;
PyAPI_FUNC(PyGILState_STATE) PyGILState_Ensure(void);
PyAPI_FUNC(void) PyGILState_Release(PyGILState_STATE state);

#endif
