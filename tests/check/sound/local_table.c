/* A capsule leads into a live stack frame, and ends before the frame does. */
#include "tests/check/extension.h"

static int sum(PyObject *capsule)
{
    int *numbers = PyCapsule_GetPointer(capsule, "demo.local");
    return numbers ? numbers[0] + numbers[1] : -1;
}

FUNCTION(make)
{
    int numbers[2] = {1, 2};
    char name[16] = "demo.local";
    PyObject *capsule = PyCapsule_New(numbers, name, NULL);
    int result = sum(capsule);
    Py_DECREF(capsule);
    return PyLong_FromLong(result);
}

EXTENSION(METHOD(make))
