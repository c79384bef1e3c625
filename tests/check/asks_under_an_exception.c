/* Asks about a capsule while an exception is pending, as it may. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    static int payload;
    return PyCapsule_New(&payload, "demo.asked", NULL);
}

FUNCTION(ask)
{
    PyErr_SetString(PyExc_KeyError, "asked");
    if (!PyCapsule_IsValid(ARGUMENT, "demo.asked"))
        PyErr_Clear();
    return NULL;
}

EXTENSION(METHOD(make), METHOD(ask))
