/* Suspicious: the characters of the name change while the capsule lives. */
#include "tests/check/extension.h"

static int payload;
static char name[] = "demo.before";

FUNCTION(make) { return PyCapsule_New(&payload, name, NULL); }

FUNCTION(use)
{
    strcpy(name, "demo.after");
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.after"));
}

EXTENSION(METHOD(make), METHOD(use))
