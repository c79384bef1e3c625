/* Broken: a function that is registered with atexit frees the memory, and the
 * destructor of the capsule, which a module holds, frees the memory again. */
#include "tests/check/extension.h"

static void *payload;

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.at_exit"));
}

FUNCTION(make)
{
    payload = malloc(64);
    return PyCapsule_New(payload, "demo.at_exit", release);
}

FUNCTION(finish)
{
    free(payload);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(finish))
