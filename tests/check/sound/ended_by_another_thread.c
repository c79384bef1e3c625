/* Sound: one thread makes the capsule, with a name of its own; another thread,
 * which holds the GIL too, uses and ends the capsule after the first is gone.
 */
#include "tests/check/extension.h"

#include <pthread.h>

static PyObject *capsule;

static void release(PyObject *self)
{
    free(PyCapsule_GetPointer(self, PyCapsule_GetName(self)));
    free((char *)PyCapsule_GetName(self));
}

static void *make_it(void *nothing)
{
    PyGILState_STATE state = PyGILState_Ensure();
    capsule = PyCapsule_New(malloc(16), heap_name("demo.travels"), release);
    PyGILState_Release(state);
    return nothing;
}

static void *end_it(void *nothing)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyCapsule_GetPointer(capsule, "demo.travels");
    Py_CLEAR(capsule);
    PyGILState_Release(state);
    return nothing;
}

FUNCTION(make)
{
    pthread_t thread;
    Py_BEGIN_ALLOW_THREADS pthread_create(&thread, NULL, make_it, NULL);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, end_it, NULL);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS return done(0);
}

EXTENSION(METHOD(make))
