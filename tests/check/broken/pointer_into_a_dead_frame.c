/* Broken: the table of functions is on the stack of its producer. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    void *table[4] = {make, NULL, NULL, NULL};
    return PyCapsule_New(table, "demo.table", NULL);
}

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.table")); }

EXTENSION(METHOD(make), METHOD(use))
