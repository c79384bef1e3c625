/* Broken: the payload is freed by its owner and by the destructor. */
#include "tests/check/extension.h"

static void *payload;

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.twice"));
}

FUNCTION(make)
{
    payload = malloc(100);
    return PyCapsule_New(payload, "demo.twice", release);
}

FUNCTION(use)
{
    free(payload);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
