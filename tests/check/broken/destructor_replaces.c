/* Broken: the destructor puts its exception in the place of the caller's. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    (void)capsule;
    PyErr_SetString(PyExc_ValueError, "of the destructor");
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.replaces", release);
    PyErr_SetString(PyExc_KeyError, "of the caller");
    Py_DECREF(capsule);
    PyErr_Clear();
    return done(0);
}

EXTENSION(METHOD(make))
