/* Broken: a payload of PyMem_Malloc is freed while the capsule still hands it
 * out. The pointer leads into the middle of the block. */
#include "tests/check/extension.h"

static char *payload;

FUNCTION(make)
{
    payload = PyMem_Malloc(100);
    return PyCapsule_New(payload + 8, "demo.dangling", NULL);
}

FUNCTION(use)
{
    PyMem_Free(payload);
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.dangling"));
}

EXTENSION(METHOD(make), METHOD(use))
