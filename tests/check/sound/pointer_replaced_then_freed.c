/* A table grows: realloc() moves it, and the capsule gets the new address
 * before anybody asks. */
#include "tests/check/extension.h"

static void *table;

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.table"));
}

FUNCTION(make)
{
    table = malloc(100);
    return PyCapsule_New(table, "demo.table", release);
}

FUNCTION(use)
{
    table = realloc(table, 100000);
    return done(PyCapsule_SetPointer(ARGUMENT, table) ||
                !PyCapsule_GetPointer(ARGUMENT, "demo.table"));
}

EXTENSION(METHOD(make), METHOD(use))
