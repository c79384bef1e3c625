/* Sound: a subinterpreter makes a capsule and ends it, with all that it has. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "demo.inner"));
}

FUNCTION(make)
{
    PyThreadState *own = PyThreadState_Get();
    for (int i = 0; i < 3; i++) {
        PyThreadState *other = Py_NewInterpreter();
        PyObject *module = PyImport_AddModule("__main__");
        PyObject *capsule = PyCapsule_New(malloc(32), "demo.inner", release);
        PyModule_AddObject(module, "kept", capsule);
        PyCapsule_GetPointer(capsule, "demo.inner");
        Py_EndInterpreter(other);
        PyThreadState_Swap(own);
    }
    return done(0);
}

EXTENSION(METHOD(make))
