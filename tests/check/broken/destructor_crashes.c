/* Broken: the destructor ends the process. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    (void)capsule;
    abort();
}

FUNCTION(make)
{
    static int payload;
    return PyCapsule_New(&payload, "demo.crashes", release);
}

EXTENSION(METHOD(make))
