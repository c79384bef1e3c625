/* Broken: the destructor puts its exception in the place of the caller's. Both
 * have the same type, and the new one may take the address of the freed one. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    PyCapsule_GetPointer(capsule, "demo.another");
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.like", release);
    PyCapsule_GetPointer(capsule, "demo.another");
    Py_DECREF(capsule);
    PyErr_Clear();
    return done(0);
}

EXTENSION(METHOD(make))
