/* Broken: the name is freed as soon as the capsule is made. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    char *name = heap_name("demo.freed");
    PyObject *capsule = PyCapsule_New(&payload, name, NULL);
    free(name);
    return capsule;
}

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.freed")); }

EXTENSION(METHOD(make), METHOD(use))
