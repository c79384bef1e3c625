/* Broken: a tensor without a version is offered as one of DLPack 1. */
#include "tests/check/protocols.h"

static void release(PyObject *capsule)
{
    struct tensor *tensor = PyCapsule_GetPointer(capsule, "dltensor_versioned");
    tensor->deleter(tensor);
}

FUNCTION(make)
{
    return PyCapsule_New(new_tensor(), "dltensor_versioned", release);
}

EXTENSION(METHOD(make))
