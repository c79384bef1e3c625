/* Nobody takes the tensor: the destructor releases it. */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    return PyCapsule_New(new_tensor(), "dltensor", release_offered_tensor);
}

EXTENSION(METHOD(make))
