/* The destructor puts the exception of its caller aside, fails, and puts the
 * exception back. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!PyCapsule_GetPointer(capsule, "demo.another"))
        PyErr_Clear();
    PyErr_Restore(type, value, traceback);
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.saved", release);
    PyErr_SetString(PyExc_KeyError, "of the caller");
    Py_DECREF(capsule);
    PyErr_Clear();
    return done(0);
}

EXTENSION(METHOD(make))
