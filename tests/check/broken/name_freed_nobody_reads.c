/* Broken: the name is freed, and nothing reads it before the capsule ends. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    char *name = heap_name("demo.unread");
    PyObject *capsule = PyCapsule_New(&payload, name, NULL);
    free(name);
    return capsule;
}

EXTENSION(METHOD(make))
