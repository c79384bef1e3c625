/* Modules: an object with a dict of attributes. */
#include "capsule/reference/internal.h"

typedef struct {
    PyObject_HEAD
    PyObject *dict;
} Module;

PyObject *PyModule_New(const char *name)
{
    Module *module = PyObject_GC_New(Module, &PyModule_Type);
    if (module == NULL) {
        return NULL;
    }
    module->dict = PyDict_New();
    PyObject *text = module->dict ? PyUnicode_FromString(name) : NULL;
    if (text == NULL ||
        PyDict_SetItemString(module->dict, "__name__", text) < 0) {
        Py_XDECREF(text);
        Py_XDECREF(module->dict);
        PyObject_GC_Del(module);
        return NULL;
    }
    Py_DECREF(text);
    PyObject_GC_Track(module);
    return (PyObject *)module;
}

PyObject *PyModule_GetDict(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return ((Module *)op)->dict;
}

const char *PyModule_GetName(PyObject *op)
{
    PyObject *dict = PyModule_GetDict(op);
    PyObject *name = dict ? PyDict_GetItemString(dict, "__name__") : NULL;
    if (name == NULL || !PyUnicode_Check(name)) {
        if (dict) {
            PyErr_SetString(PyExc_SystemError, "nameless module");
        }
        return NULL;
    }
    return PyUnicode_AsUTF8(name);
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
    return PyDict_SetItemString(((Module *)op)->dict, name, value);
}

int PyModule_AddObject(PyObject *op, const char *name, PyObject *value)
{
    int status = PyModule_AddObjectRef(op, name, value);
    if (status == 0) {
        Py_DECREF(value);
    }
    return status;
}

/* --- the type ------------------------------------------------------------- */

static void module_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(((Module *)op)->dict);
    PyObject_GC_Del(op);
}

static int module_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((Module *)op)->dict);
    return 0;
}

static int module_clear(PyObject *op)
{
    PyDict_Clear(((Module *)op)->dict);
    return 0;
}

static PyObject *module_repr(PyObject *op)
{
    const char *name = PyModule_GetName(op);
    return name ? PyUnicode_FromFormat("<module '%s'>", name) : NULL;
}

static PyObject *module_getattro(PyObject *op, PyObject *name)
{
    PyObject *dict = ((Module *)op)->dict;
    PyObject *value = PyDict_GetItemWithError(dict, name);
    if (value || PyErr_Occurred()) {
        return Py_XNewRef(value);
    }
    const char *text = PyUnicode_AsUTF8(name);
    if (text && strcmp(text, "__dict__") == 0) {
        return Py_NewRef(dict);
    }
    value = PyObject_GenericGetAttr(op, name);
    if (value || !PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return value;
    }
    PyErr_Clear();
    const char *module = PyModule_GetName(op);
    if (module == NULL) {
        return NULL;
    }
    return PyErr_Format(PyExc_AttributeError,
                        "module '%s' has no attribute '%U'", module, name);
}

static int module_setattro(PyObject *op, PyObject *name, PyObject *value)
{
    PyObject *dict = ((Module *)op)->dict;
    if (value) {
        return PyDict_SetItem(dict, name, value);
    }
    if (!PyDict_Contains(dict, name)) {
        raise_no_attribute(op, name);
        return -1;
    }
    return PyDict_DelItem(dict, name);
}

PyTypeObject PyModule_Type = {
    PyObject_HEAD_INIT(&PyType_Type)
    .tp_name = "module",
    .tp_basicsize = sizeof(Module),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = module_dealloc,
    .tp_repr = module_repr,
    .tp_getattro = module_getattro,
    .tp_setattro = module_setattro,
    .tp_traverse = module_traverse,
    .tp_clear = module_clear,
};
