/* Interpreters, and what a thread has of its own in one of them.
 *
 * A process may have several interpreters. Each has its own sys.modules and so
 * its own instance of each module, its own filters of warnings and its own
 * garbage. A thread is in one of them at a time, by the thread state that is
 * current for it; the error indicator belongs to the thread state.
 *
 * There is no global lock here: every thread runs at any time, as in a build of
 * CPython without its lock. Threads may create and destroy objects at the same
 * time; what several of them touch (one capsule, a container, sys.modules) they
 * have to guard themselves, and containers are best left to one thread.
 */
#ifndef Py_PYSTATE_H
#define Py_PYSTATE_H

typedef struct _ts PyThreadState;
typedef struct _is PyInterpreterState;

/* --- interpreters --------------------------------------------------------- */

/* A new interpreter with a thread state for this thread, which becomes current
 * and is returned; borrowed from the interpreter. NULL where there is no
 * memory; then nothing has changed. The interpreter knows the announced modules
 * and has imported none (SUB-2). */
PyAPI_FUNC(PyThreadState *) Py_NewInterpreter(void);

/* Ends the interpreter of the thread state, which must be current and not of
 * the main interpreter. Its modules are destroyed, and with them the capsules
 * that nobody else holds: their destructors run in this interpreter, which can
 * import nothing any more (DTOR-10). Afterwards no thread state is current. */
PyAPI_FUNC(void) Py_EndInterpreter(PyThreadState *tstate);

/* The interpreter of the current thread state, the one that Py_Initialize()
 * made, and a number that no other interpreter since then has; the main one has
 * 0. Never NULL. */
PyAPI_FUNC(PyInterpreterState *) PyInterpreterState_Get(void);
PyAPI_FUNC(PyInterpreterState *) PyInterpreterState_Main(void);
PyAPI_FUNC(int64_t) PyInterpreterState_GetID(PyInterpreterState *interp);

/* --- thread states -------------------------------------------------------- */

/* Makes another thread state current for this thread (NULL: none) and returns
 * the former one, or NULL. The error indicator changes with it. */
PyAPI_FUNC(PyThreadState *) PyThreadState_Swap(PyThreadState *tstate);
/* The current thread state: never NULL, as the process is aborted where there
 * is none. */
PyAPI_FUNC(PyThreadState *) PyThreadState_Get(void);
PyAPI_FUNC(PyInterpreterState *)
    PyThreadState_GetInterpreter(PyThreadState *tstate);

/* PyThreadState_Swap(NULL), for a thread that will wait, and its reverse. */
PyAPI_FUNC(PyThreadState *) PyEval_SaveThread(void);
PyAPI_FUNC(void) PyEval_RestoreThread(PyThreadState *tstate);
#define Py_BEGIN_ALLOW_THREADS                                                 \
    {                                                                          \
        PyThreadState *_save = PyEval_SaveThread();
#define Py_END_ALLOW_THREADS                                                   \
    PyEval_RestoreThread(_save);                                               \
    }

/* For threads that the interpreter did not make: afterwards a thread state of
 * the main interpreter is current, made where this thread has none. Each Ensure
 * needs a Release with what it returned; the last one ends the thread state
 * that the first one made. */
typedef enum { PyGILState_LOCKED, PyGILState_UNLOCKED } PyGILState_STATE;
PyAPI_FUNC(PyGILState_STATE) PyGILState_Ensure(void);
PyAPI_FUNC(void) PyGILState_Release(PyGILState_STATE state);

#endif
