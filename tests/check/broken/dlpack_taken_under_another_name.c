/* Suspicious: the consumer renames the capsule, but not as DLPack demands. */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    return PyCapsule_New(new_tensor(), "dltensor", release_offered_tensor);
}

FUNCTION(use)
{
    struct tensor *tensor = PyCapsule_GetPointer(ARGUMENT, "dltensor");
    if (PyCapsule_SetName(ARGUMENT, "used_tensor"))
        return NULL;
    tensor->deleter(tensor);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
