/* Broken: a thread that does not hold the GIL uses and drops a capsule. */
#include "tests/check/extension.h"

#include <pthread.h>

static PyObject *capsule;

static void *work(void *nothing)
{
    PyCapsule_GetPointer(capsule, "demo.thread");
    Py_DECREF(capsule);
    return nothing;
}

FUNCTION(make)
{
    static int payload;
    pthread_t thread;
    capsule = PyCapsule_New(&payload, "demo.thread", NULL);
    Py_BEGIN_ALLOW_THREADS pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS return done(0);
}

EXTENSION(METHOD(make))
