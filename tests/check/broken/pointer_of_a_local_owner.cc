// Broken: a local object owns the payload, and frees it at the end of the
// function that makes the capsule.
#include "tests/check/extension.h"

namespace {
struct owner {
    void *payload = malloc(64);
    __attribute__((noinline)) ~owner() { free(payload); }
};
} // namespace

FUNCTION(make)
{
    owner local;
    return PyCapsule_New(local.payload, "demo.owned", nullptr);
}

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.owned")); }

EXTENSION(METHOD(make), METHOD(use))
