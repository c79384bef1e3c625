/* Broken: a child process frees the memory and then uses the capsule that it
 * has from its parent. */
#include "tests/check/extension.h"

static void *payload;

FUNCTION(make)
{
    payload = malloc(64);
    return PyCapsule_New(payload, "demo.inherited", NULL);
}

FUNCTION(use)
{
    free(payload);
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.inherited"));
}

EXTENSION(METHOD(make), METHOD(use))
