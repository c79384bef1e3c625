/* A capsule in a module ends while the interpreter shuts down. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "extension.table"));
}

FUNCTION(make)
{
    PyObject *capsule = PyCapsule_New(malloc(64), "extension.table", release);
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = PyDict_GetItemString(modules, "extension");
    return done(PyModule_AddObject(module, "table", capsule));
}

EXTENSION(METHOD(make))
