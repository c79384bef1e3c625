// Broken: the name is a local string. A short one is part of the object, on the
// stack.
#include "tests/check/extension.h"

#include <string>

FUNCTION(make)
{
    static int payload;
    std::string name = std::string("demo.") + "short";
    return PyCapsule_New(&payload, name.c_str(), nullptr);
}

FUNCTION(use)
{
    PyCapsule_IsValid(ARGUMENT, "demo.short");
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
