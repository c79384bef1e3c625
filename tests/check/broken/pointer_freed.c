/* Broken: the payload is freed while the capsule still hands it out. */
#include "tests/check/extension.h"

static void *payload;

FUNCTION(make)
{
    payload = malloc(100);
    return PyCapsule_New(payload, "demo.dangling", NULL);
}

FUNCTION(use)
{
    free(payload);
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.dangling"));
}

EXTENSION(METHOD(make), METHOD(use))
