/* BUG-1: producer and consumer use different names. */
#include "tests/common_mistakes/common_mistakes.h"

static int table[] = {1};

/* The producer's name lacks the underscore. */
static PyObject *new_module(void)
{
    PyObject *module = PyModule_New("fastdb");
    PyObject *capsule = PyCapsule_New(table, "fastdb.C_API", NULL);
    if (module == NULL || capsule == NULL ||
        PyModule_AddObject(module, "_C_API", capsule) < 0) {
        Py_XDECREF(capsule);
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}

int name_mismatch_import(void)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = new_module();
    PyDict_SetItemString(modules, "fastdb", module);
    const int *version = PyCapsule_Import("fastdb._C_API", 0);
    PyDict_DelItemString(modules, "fastdb");
    Py_DECREF(module);
    return version ? *version - 1 : -1;
}

int name_mismatch_get_pointer(void)
{
    PyObject *module = new_module();
    PyObject *capsule = PyObject_GetAttrString(module, "_C_API");
    const int *version = PyCapsule_GetPointer(capsule, "fastdb._C_API");
    Py_DECREF(capsule);
    Py_DECREF(module);
    return version ? *version - 1 : -1;
}
