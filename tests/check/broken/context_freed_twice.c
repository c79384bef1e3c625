/* Broken: the context is freed by its owner and by the destructor. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule) { free(PyCapsule_GetContext(capsule)); }

FUNCTION(make)
{
    void *context = malloc(100);
    PyObject *capsule = PyCapsule_New(&payload, "demo.context", release);
    PyCapsule_SetContext(capsule, context);
    free(context);
    return capsule;
}

EXTENSION(METHOD(make))
