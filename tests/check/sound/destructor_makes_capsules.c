/* A destructor makes and destroys further capsules. */
#include "tests/check/extension.h"

static int payload;
static int depth;

static void release(PyObject *capsule)
{
    (void)capsule;
    if (depth++ < 20) {
        PyObject *next = PyCapsule_New(&payload, "demo.next", release);
        Py_DECREF(next);
    }
}

FUNCTION(make) { return PyCapsule_New(&payload, "demo.first", release); }

EXTENSION(METHOD(make))
