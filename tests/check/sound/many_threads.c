/* Several threads make, use and destroy capsules. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.thread"));
}

FUNCTION(make) { return PyCapsule_New(malloc(64), "demo.thread", release); }

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.thread")); }

EXTENSION(METHOD(make), METHOD(use))
