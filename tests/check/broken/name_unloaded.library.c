/* Makes capsules, and is unloaded while they live. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule) { (void)capsule; }

PyObject *make_named(void)
{
    return PyCapsule_New(&payload, "demo.of.the.library", NULL);
}

PyObject *make_destroyed(void)
{
    PyObject *capsule = PyCapsule_New(&payload, NULL, release);
    return capsule;
}
