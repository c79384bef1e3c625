/* Broken: the name is a local variable of a thread that has ended. */
#include "tests/check/extension.h"

#include <pthread.h>

static PyObject *made;

static void *work(void *nothing)
{
    static int payload;
    char name[] = "demo.thread";
    PyGILState_STATE state = PyGILState_Ensure();
    made = PyCapsule_New(&payload, name, NULL);
    PyGILState_Release(state);
    return nothing;
}

FUNCTION(make)
{
    pthread_t thread;
    Py_BEGIN_ALLOW_THREADS pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS return made;
}

FUNCTION(use)
{
    PyCapsule_IsValid(ARGUMENT, "demo.thread");
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
