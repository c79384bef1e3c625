/* A consumer tries two names; the failure of the first is cleared. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make) { return PyCapsule_New(&payload, "demo.v2", NULL); }

FUNCTION(use)
{
    void *pointer = PyCapsule_GetPointer(ARGUMENT, "demo.v1");
    if (!pointer) {
        PyErr_Clear();
        pointer = PyCapsule_GetPointer(ARGUMENT, "demo.v2");
    }
    return done(!pointer);
}

EXTENSION(METHOD(make), METHOD(use))
