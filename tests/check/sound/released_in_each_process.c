/* Sound: parent and child each release what both got from the time before the
 * fork. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.forked"));
    free(PyCapsule_GetContext(capsule));
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(malloc(64), "demo.forked", release);
    PyCapsule_SetContext(capsule, malloc(64));
    return capsule;
}

FUNCTION(use) { return done(!PyCapsule_GetPointer(ARGUMENT, "demo.forked")); }

EXTENSION(METHOD(make), METHOD(use))
