/* Broken: PyCapsule_SetPointer is given memory that is free. */
#include "tests/check/extension.h"

static int first;

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(&first, "demo.set", NULL);
    void *payload = malloc(100);
    free(payload);
    PyCapsule_SetPointer(capsule, payload);
    return capsule;
}

EXTENSION(METHOD(make))
