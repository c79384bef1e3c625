/* Broken: the capsule is used after its last reference was dropped. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.dead", NULL);
    Py_DECREF(capsule);
    return done(!PyCapsule_GetPointer(capsule, "demo.dead"));
}

EXTENSION(METHOD(make))
