/* The payload changes hands: the consumer takes it, clears the destructor and
 * frees it, while the empty capsule lives on. */
#include "tests/check/extension.h"

static int taken;

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.movable"));
}

FUNCTION(make) { return PyCapsule_New(malloc(100), "demo.movable", release); }

FUNCTION(use)
{
    void *payload = PyCapsule_GetPointer(ARGUMENT, "demo.movable");
    PyCapsule_SetDestructor(ARGUMENT, NULL);
    PyCapsule_SetName(ARGUMENT, "demo.taken");
    free(payload);
    (void)taken;
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
