/* Broken: the result of a failed PyCapsule_GetPointer is used. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make) { return PyCapsule_New(&payload, "demo.right", NULL); }

FUNCTION(use)
{
    volatile int *numbers = PyCapsule_GetPointer(ARGUMENT, "demo.wrong");
    return PyLong_FromLong(numbers[0]);
}

EXTENSION(METHOD(make), METHOD(use))
