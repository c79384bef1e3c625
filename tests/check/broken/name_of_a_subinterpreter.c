/* Broken: the name is the text of an object of a subinterpreter, which ends
 * while the capsule lives. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyThreadState *own = PyThreadState_Get();
    PyThreadState *other = Py_NewInterpreter();
    PyObject *main_module = PyImport_AddModule("__main__");
    PyObject *text = PyBytes_FromString("demo.other_interpreter");
    PyObject *capsule = PyCapsule_New(&payload, PyBytes_AsString(text), NULL);
    PyModule_AddObject(main_module, "name", text);
    Py_EndInterpreter(other);
    PyThreadState_Swap(own);
    return capsule;
}

FUNCTION(use)
{
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.other_interpreter"));
}

EXTENSION(METHOD(make), METHOD(use))
