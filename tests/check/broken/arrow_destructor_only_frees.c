/* Broken: the destructor frees the structure and does not release it. */
#include "tests/check/protocols.h"

static void free_structure(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "arrow_schema"));
}

FUNCTION(make)
{
    return PyCapsule_New(new_schema(), "arrow_schema", free_structure);
}

EXTENSION(METHOD(make))
