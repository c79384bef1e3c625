/* Broken: the capsule holds an object without a reference to it. */
#include "tests/check/extension.h"

FUNCTION(make) { return PyCapsule_New(ARGUMENT, "demo.object", NULL); }

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.object")); }

EXTENSION(METHOD(make), METHOD(use))
