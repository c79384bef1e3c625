/* A thread makes its thread state itself, and takes and gives the GIL. */
#include "tests/check/extension.h"

#include <pthread.h>

static void *work(void *interpreter)
{
    static int payload;
    PyThreadState *state = PyThreadState_New(interpreter);
    PyEval_AcquireThread(state);
    Py_DECREF(PyCapsule_New(&payload, "demo.thread", NULL));
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    return NULL;
}

FUNCTION(make)
{
    pthread_t thread;
    PyInterpreterState *interpreter = PyThreadState_Get()->interp;
    Py_BEGIN_ALLOW_THREADS pthread_create(&thread, NULL, work, interpreter);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS return done(0);
}

EXTENSION(METHOD(make))
