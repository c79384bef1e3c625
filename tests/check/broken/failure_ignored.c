/* Suspicious: a failed call is followed by another one. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make) { return PyCapsule_New(&payload, "demo.right", NULL); }

FUNCTION(use)
{
    PyCapsule_GetPointer(ARGUMENT, "demo.wrong");
    PyCapsule_GetPointer(ARGUMENT, "demo.right");
    PyErr_Clear();
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
