/* Broken: a reference to the capsule is taken after its last one was dropped.
 */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.dead", NULL);
    Py_DECREF(capsule);
    Py_INCREF(capsule);
    return done(0);
}

EXTENSION(METHOD(make))
