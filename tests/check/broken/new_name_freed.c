/* Broken: the name given by PyCapsule_SetName is freed. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.first", NULL);
    char *name = heap_name("demo.second");
    PyCapsule_SetName(capsule, name);
    free(name);
    return capsule;
}

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.second")); }

EXTENSION(METHOD(make), METHOD(use))
