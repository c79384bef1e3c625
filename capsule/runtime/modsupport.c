/* Creates modules from definitions, and sets their attributes. */
#include "capsule/runtime/internal.h"

PyObject *PyModule_Create2(PyModuleDef *def, int api_version)
{
    (void)api_version;
    if (def->m_slots) {
        return PyErr_Format(PyExc_SystemError,
                            "module %s: PyModule_Create is incompatible with "
                            "m_slots",
                            def->m_name);
    }
    PyObject *module = module_new(def->m_name, def);
    if (module == NULL) {
        return NULL;
    }
    if ((def->m_methods && PyModule_AddFunctions(module, def->m_methods) < 0) ||
        (def->m_doc && PyModule_SetDocString(module, def->m_doc) < 0)) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

PyObject *PyState_FindModule(PyModuleDef *def)
{
    Py_ssize_t position = 0;
    PyObject *modules = PyImport_GetModuleDict(), *module;
    while (def->m_slots == NULL &&
           PyDict_Next(modules, &position, NULL, &module)) {
        if (PyModule_Check(module) && PyModule_GetDef(module) == def) {
            return module;
        }
    }
    return NULL;
}

int PyModule_AddObjectRef(PyObject *op, const char *name, PyObject *value)
{
    if (!PyModule_Check(op)) {
        PyErr_SetString(PyExc_TypeError,
                        "PyModule_AddObjectRef() first argument must be a "
                        "module");
        return -1;
    }
    if (value == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError,
                            "PyModule_AddObjectRef() must be called with an "
                            "exception raised if value is NULL");
        }
        return -1;
    }
    return PyDict_SetItemString(PyModule_GetDict(op), name, value);
}

int PyModule_AddObject(PyObject *op, const char *name, PyObject *value)
{
    int status = PyModule_AddObjectRef(op, name, value);
    if (status == 0) {
        Py_DECREF(value);
    }
    return status;
}

int PyModule_Add(PyObject *op, const char *name, PyObject *value)
{
    int status = PyModule_AddObjectRef(op, name, value);
    Py_XDECREF(value);
    return status;
}

int PyModule_AddIntConstant(PyObject *op, const char *name, long value)
{
    return PyModule_Add(op, name, PyLong_FromLong(value));
}

int PyModule_AddStringConstant(PyObject *op, const char *name,
                               const char *value)
{
    return PyModule_Add(op, name, PyUnicode_FromString(value));
}

int PyModule_AddType(PyObject *op, PyTypeObject *type)
{
    return PyModule_AddObjectRef(op, type_name(type), (PyObject *)type);
}

int PyModule_SetDocString(PyObject *op, const char *doc)
{
    return PyModule_AddStringConstant(op, "__doc__", doc);
}

int PyModule_AddFunctions(PyObject *op, PyMethodDef *functions)
{
    for (PyMethodDef *def = functions; def->ml_name; def++) {
        if (PyModule_Add(op, def->ml_name, PyCFunction_New(def, op)) < 0) {
            return -1;
        }
    }
    return 0;
}
