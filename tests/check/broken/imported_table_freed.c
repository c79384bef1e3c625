/* Broken: the table behind an imported capsule is freed. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    void *table = malloc(100);
    PyObject *capsule = PyCapsule_New(table, "extension._C_API", NULL);
    free(table);
    return capsule;
}

FUNCTION(use) { return done(!PyCapsule_Import("extension._C_API", 0)); }

EXTENSION(METHOD(make), METHOD(use))
