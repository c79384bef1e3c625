/* Sound: the consumer deletes the tensor in a thread of its own, without the
 * GIL, and so does the end of the capsule come before or after. */
#include "tests/check/protocols.h"

#include <pthread.h>

static void *work(void *tensor)
{
    ((struct tensor *)tensor)->deleter(tensor);
    return NULL;
}

static void take(PyObject *capsule, int ends_first)
{
    struct tensor *tensor = PyCapsule_GetPointer(capsule, "dltensor");
    pthread_t thread;
    PyCapsule_SetName(capsule, "used_dltensor");
    if (ends_first)
        Py_DECREF(capsule);
    Py_BEGIN_ALLOW_THREADS pthread_create(&thread, NULL, work, tensor);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS if (!ends_first) Py_DECREF(capsule);
}

FUNCTION(make)
{
    for (int i = 0; i < 20; i++)
        take(PyCapsule_New(new_tensor(), "dltensor", release_offered_tensor),
             i % 2);
    return done(0);
}

EXTENSION(METHOD(make))
