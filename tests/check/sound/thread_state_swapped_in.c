/* Sound: the program swaps in a second thread state of its thread, as a
 * scheduler of its own may do. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyThreadState *own = PyThreadState_Get();
    PyThreadState *other = PyThreadState_New(own->interp);
    PyThreadState_Swap(other);
    PyObject *capsule = PyCapsule_New(&payload, "demo.swapped", NULL);
    PyCapsule_GetPointer(capsule, "demo.swapped");
    Py_DECREF(capsule);
    PyThreadState_Swap(own);
    return done(0);
}

EXTENSION(METHOD(make))
