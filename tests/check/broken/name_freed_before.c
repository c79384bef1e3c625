/* Broken: the name's block is free already when the capsule gets it. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    char *name = heap_name("demo.early");
    free(name);
    return PyCapsule_New(&payload, name, NULL);
}

EXTENSION(METHOD(make))
