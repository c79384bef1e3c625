/* Broken: the name given by PyCapsule_SetName is on the stack. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.first", NULL);
    char name[64];
    snprintf(name, sizeof name, "demo.%s", "second");
    PyCapsule_SetName(capsule, name);
    return capsule;
}

FUNCTION(use)
{
    PyCapsule_IsValid(ARGUMENT, "demo.second");
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
