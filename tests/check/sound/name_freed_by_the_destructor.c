/* The destructor frees the name: that is allowed. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    char *name = (char *)PyCapsule_GetName(capsule);
    PyCapsule_GetPointer(capsule, name);
    free(name);
}

FUNCTION(make)
{
    return PyCapsule_New(&payload, heap_name("demo.owned"), release);
}

EXTENSION(METHOD(make))
