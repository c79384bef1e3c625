/* A failure reaches Python, and on its way an object is destroyed that asks its
 * own capsule under the exception. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    PyCapsule_GetPointer(capsule, "demo.inner");
}

FUNCTION(make) { return PyCapsule_New(&payload, "demo.outer", NULL); }

FUNCTION(use)
{
    PyObject *inner = PyCapsule_New(&payload, "demo.inner", release);
    void *pointer = PyCapsule_GetPointer(ARGUMENT, "demo.wrong");
    Py_DECREF(inner);
    return pointer ? done(0) : NULL;
}

EXTENSION(METHOD(make), METHOD(use))
