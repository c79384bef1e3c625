/* Broken: nobody takes the tensor, and the capsule has no destructor. */
#include "tests/check/protocols.h"

FUNCTION(make) { return PyCapsule_New(new_tensor(), "dltensor", NULL); }

EXTENSION(METHOD(make))
