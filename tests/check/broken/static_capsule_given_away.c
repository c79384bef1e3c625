/* Broken: the module keeps a capsule and gives its only reference away, each
 * time that somebody asks. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    static int payload;
    static PyObject *capsule;
    if (!capsule)
        capsule = PyCapsule_New(&payload, "demo.static", NULL);
    return capsule;
}

EXTENSION(METHOD(make))
