/* Broken: the destructor frees the capsule too, and not only what it leads to.
 */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.freed"));
    PyObject_Free(capsule);
}

FUNCTION(make) { return PyCapsule_New(malloc(64), "demo.freed", release); }

EXTENSION(METHOD(make))
