/* Broken: the consumer releases the tensor, but does not rename the capsule. */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    return PyCapsule_New(new_tensor(), "dltensor", release_offered_tensor);
}

FUNCTION(use)
{
    struct tensor *tensor = PyCapsule_GetPointer(ARGUMENT, "dltensor");
    tensor->deleter(tensor);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
