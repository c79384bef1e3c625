/* Broken: the destructor takes and drops a reference, which destroys the
 * capsule a second time. */
#include "tests/check/extension.h"

static int payload;
static volatile int calls;

static void release(PyObject *capsule)
{
    calls++;
    Py_INCREF(capsule);
    Py_DECREF(capsule);
}

FUNCTION(make) { return PyCapsule_New(&payload, "demo.moment", release); }

EXTENSION(METHOD(make))
