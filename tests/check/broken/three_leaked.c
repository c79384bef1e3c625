/* Suspicious: capsules with a destructor are never dropped. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.leaked"));
}

FUNCTION(make)
{
    for (int i = 0; i < 3; i++)
        PyCapsule_New(malloc(100), "demo.leaked", release);
    return done(0);
}

EXTENSION(METHOD(make))
