/* The owner takes the payload back, so that the destructor has nothing to do.
 */
#include "tests/check/extension.h"

static void release(PyObject *capsule) { free(PyCapsule_GetContext(capsule)); }

FUNCTION(make)
{
    void *payload = malloc(100);
    PyObject *capsule = PyCapsule_New(payload, "demo.lent", release);
    PyCapsule_SetContext(capsule, payload);
    return capsule;
}

FUNCTION(use)
{
    void *payload = PyCapsule_GetContext(ARGUMENT);
    PyCapsule_SetContext(ARGUMENT, NULL);
    free(payload);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
