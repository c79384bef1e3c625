/* Broken: the module drops a reference that it does not own. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.dropped", NULL);
    Py_DECREF(capsule);
    Py_DECREF(capsule);
    return done(0);
}

EXTENSION(METHOD(make))
