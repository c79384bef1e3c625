/* A consumer takes the tensor, and releases it after the capsule is gone. */
#include "tests/check/protocols.h"

static struct tensor *taken;

FUNCTION(make)
{
    return PyCapsule_New(new_tensor(), "dltensor", release_offered_tensor);
}

FUNCTION(take)
{
    taken = PyCapsule_GetPointer(ARGUMENT, "dltensor");
    return done(!taken || PyCapsule_SetName(ARGUMENT, "used_dltensor"));
}

FUNCTION(finish)
{
    taken->deleter(taken);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(take), METHOD(finish))
