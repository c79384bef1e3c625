/* Broken: the destructor calls the deleter, although the capsule was taken. */
#include "tests/check/protocols.h"

static void release(PyObject *capsule)
{
    struct tensor *tensor =
        PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule));
    tensor->deleter(tensor);
}

FUNCTION(make) { return PyCapsule_New(new_tensor(), "dltensor", release); }

FUNCTION(use) { return done(PyCapsule_SetName(ARGUMENT, "used_dltensor")); }

EXTENSION(METHOD(make), METHOD(use))
