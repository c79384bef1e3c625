/* The old name is freed once the capsule has a new one. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    char *name = heap_name("demo.first");
    PyObject *capsule = PyCapsule_New(&payload, name, NULL);
    PyCapsule_SetName(capsule, "demo.second");
    free(name);
    return capsule;
}

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.second")); }

EXTENSION(METHOD(make), METHOD(use))
