/* Broken: the context is freed while the capsule still hands it out. */
#include "tests/check/extension.h"

static int payload;
static void *context;

FUNCTION(make)
{
    context = malloc(100);
    PyObject *capsule = PyCapsule_New(&payload, "demo.context", NULL);
    PyCapsule_SetContext(capsule, context);
    return capsule;
}

FUNCTION(use)
{
    free(context);
    return done(!PyCapsule_GetContext(ARGUMENT));
}

EXTENSION(METHOD(make), METHOD(use))
