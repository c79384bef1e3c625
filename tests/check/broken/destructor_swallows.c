/* Broken: the destructor clears the exception of its caller. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    if (!PyCapsule_GetPointer(capsule, "demo.another"))
        PyErr_Clear();
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.swallows", release);
    PyErr_SetString(PyExc_KeyError, "of the caller");
    Py_DECREF(capsule);
    PyErr_Clear();
    return done(0);
}

EXTENSION(METHOD(make))
