/* One capsule with a destructor that the module keeps for ever. */
#include "tests/check/extension.h"

static PyObject *kept;

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.global"));
}

FUNCTION(make)
{
    kept = PyCapsule_New(malloc(10), "demo.global", release);
    return done(!kept);
}

EXTENSION(METHOD(make))
