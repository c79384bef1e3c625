/* Suspicious: a capsule that was taken is offered to a second consumer. */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    return PyCapsule_New(new_tensor(), "dltensor", release_offered_tensor);
}

FUNCTION(use)
{
    for (int i = 0; i < 2; i++) {
        struct tensor *tensor = PyCapsule_GetPointer(ARGUMENT, "dltensor");
        if (!tensor) {
            PyErr_Clear();
            break;
        }
        PyCapsule_SetName(ARGUMENT, "used_dltensor");
        tensor->deleter(tensor);
    }
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
