/* Broken: the pointer's block is free already when the capsule gets it. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    void *payload = malloc(100);
    free(payload);
    return PyCapsule_New(payload, "demo.early", NULL);
}

EXTENSION(METHOD(make))
