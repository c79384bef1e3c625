/* Broken: the destructor stores a reference to the dying capsule. */
#include "tests/check/extension.h"

static int payload;
static PyObject *kept;

static void release(PyObject *capsule)
{
    Py_INCREF(capsule);
    kept = capsule;
}

FUNCTION(make) { return PyCapsule_New(&payload, "demo.kept", release); }

EXTENSION(METHOD(make))
