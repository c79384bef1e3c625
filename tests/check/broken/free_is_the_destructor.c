/* Broken: free() is the destructor. It is called with the capsule, not with the
 * pointer. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    return PyCapsule_New(malloc(64), "demo.free", (PyCapsule_Destructor)free);
}

EXTENSION(METHOD(make))
