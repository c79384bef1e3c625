/* Blocks are freed and allocated again all the time; capsules come and go with
 * them. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.block"));
}

FUNCTION(make)
{
    for (int i = 0; i < 20000; i++) {
        void *block = malloc(16 + i % 500);
        PyObject *capsule = PyCapsule_New(block, "demo.block", release);
        free(malloc(16 + i % 400));
        if (!PyCapsule_GetPointer(capsule, "demo.block"))
            return NULL;
        Py_DECREF(capsule);
    }
    return done(0);
}

EXTENSION(METHOD(make))
