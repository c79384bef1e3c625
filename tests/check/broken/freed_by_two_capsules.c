/* Broken: two capsules own one payload. */
#include "tests/check/extension.h"

static void *payload;

static void release(PyObject *capsule)
{
    (void)capsule;
    free(payload);
}

FUNCTION(make)
{
    payload = malloc(100);
    PyObject *first = PyCapsule_New(payload, "demo.first", release);
    PyObject *second = PyCapsule_New(payload, "demo.second", release);
    return Py_BuildValue("(NN)", first, second);
}

EXTENSION(METHOD(make))
