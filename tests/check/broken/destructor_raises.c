/* Broken: the destructor leaves an exception behind. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    PyCapsule_GetPointer(capsule, "demo.another");
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.raises", release);
    Py_DECREF(capsule);
    PyErr_Clear();
    return done(0);
}

EXTENSION(METHOD(make))
