/* Many capsules share a name, which is freed after the last of them. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    char *name = heap_name("demo.shared");
    PyObject *capsules[100];
    for (int i = 0; i < 100; i++)
        capsules[i] = PyCapsule_New(&payload, name, NULL);
    for (int i = 0; i < 100; i++)
        Py_DECREF(capsules[i]);
    free(name);
    return done(0);
}

EXTENSION(METHOD(make))
