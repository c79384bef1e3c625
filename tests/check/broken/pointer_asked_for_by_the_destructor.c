/* Broken: the owner frees the block; the destructor still asks for the pointer.
 */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    if (!PyCapsule_GetPointer(capsule, "demo.asked"))
        PyErr_Clear();
}

FUNCTION(make)
{
    void *block = malloc(64);
    PyObject *capsule = PyCapsule_New(block, "demo.asked", release);
    free(block);
    return capsule;
}

EXTENSION(METHOD(make))
