/* Suspicious: the consumer takes tensors and never calls their deleter. */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    for (int i = 0; i < 3; i++) {
        PyObject *capsule =
            PyCapsule_New(new_tensor(), "dltensor", release_offered_tensor);
        PyCapsule_SetName(capsule, "used_dltensor");
        Py_DECREF(capsule);
    }
    return done(0);
}

EXTENSION(METHOD(make))
