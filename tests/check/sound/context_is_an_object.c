/* The context is a Python object, and the destructor drops it. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule));
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.owner", release);
    PyCapsule_SetContext(capsule,
                         PyBytes_FromString("the owner of the payload"));
    return capsule;
}

EXTENSION(METHOD(make))
