/* Broken: a destructor of the shared object uses and drops a capsule, when the
 * interpreter has ended. */
#include "tests/check/extension.h"

static PyObject *kept;

__attribute__((destructor)) static void last(void)
{
    if (!kept)
        return;
    PyCapsule_GetPointer(kept, "demo.kept");
    Py_DECREF(kept);
}

FUNCTION(make)
{
    static int payload;
    kept = PyCapsule_New(&payload, "demo.kept", NULL);
    return done(!kept);
}

EXTENSION(METHOD(make))
