/* Broken: realloc() moves the name away from the capsule. */
#include "tests/check/extension.h"

static int payload;
static char *name;

FUNCTION(make)
{
    name = heap_name("demo.moved");
    return PyCapsule_New(&payload, name, NULL);
}

FUNCTION(use)
{
    name = realloc(name, 10000);
    PyObject *result = done(!PyCapsule_GetPointer(ARGUMENT, name));
    return result;
}

EXTENSION(METHOD(make), METHOD(use))
