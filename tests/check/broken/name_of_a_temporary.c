/* Broken: the name is the text of a bytes object that its caller drops. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    return PyCapsule_New(&payload, PyBytes_AsString(ARGUMENT), NULL);
}

FUNCTION(use)
{
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.temporary"));
}

EXTENSION(METHOD(make), METHOD(use))
