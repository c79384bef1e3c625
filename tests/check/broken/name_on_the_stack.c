/* Broken: the name is an array of the function that makes the capsule. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    char name[64];
    snprintf(name, sizeof name, "demo.%s", "stack");
    return PyCapsule_New(&payload, name, NULL);
}

FUNCTION(use)
{
    PyCapsule_IsValid(ARGUMENT, "demo.stack");
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
