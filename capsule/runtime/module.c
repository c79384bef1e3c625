/* The module object: a dict of attributes, and the state of its definition. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyObject_HEAD
    PyObject *dict;
    PyModuleDef *def; /* NULL for a module without a definition */
    void *state;      /* def->m_size bytes, or NULL if m_size is 0 or -1 */
    Py_ssize_t rank;  /* see module_set_rank() */
} Module;

/* Gives the new module its attributes. Returns false on failure. */
static bool fill_dict(Module *module, const char *name)
{
    module->dict = PyDict_New();
    PyObject *text = module->dict ? PyUnicode_FromString(name) : NULL;
    bool done = text != NULL &&
                PyDict_SetItemString(module->dict, "__name__", text) == 0 &&
                PyDict_SetItemString(module->dict, "__doc__", Py_None) == 0;
    Py_XDECREF(text);
    return done;
}

/* Gives the new module its state. Returns false on failure. */
static bool make_state(Module *module, PyModuleDef *def)
{
    if (def && def->m_size > 0) {
        module->state = PyMem_Calloc(1, (size_t)def->m_size);
        if (module->state == NULL) {
            PyErr_NoMemory();
            return false;
        }
    }
    /* Set last, so that the functions of `def` never see an incomplete
     * module. */
    module->def = def;
    return true;
}

void module_set_rank(PyObject *op, Py_ssize_t rank)
{
    ((Module *)op)->rank = rank;
}

Py_ssize_t module_rank(PyObject *op)
{
    return PyModule_Check(op) ? ((Module *)op)->rank : 0;
}

PyObject *module_new(const char *name, PyModuleDef *def)
{
    Module *module = PyObject_GC_New(Module, &PyModule_Type);
    if (module == NULL) {
        return NULL;
    }
    module->dict = NULL;
    module->def = NULL;
    module->state = NULL;
    module->rank = 0;
    if (!fill_dict(module, name) || !make_state(module, def)) {
        Py_DECREF(module);
        return NULL;
    }
    PyObject_GC_Track(module);
    return (PyObject *)module;
}

PyObject *PyModule_New(const char *name) { return module_new(name, NULL); }

PyObject *PyModule_GetDict(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return ((Module *)op)->dict;
}

/* Returns the str that is the module's name, borrowed. NULL without an
 * exception if the module has no name; NULL with an exception if there is no
 * memory for the lookup. */
static PyObject *find_name(PyObject *op)
{
    PyObject *key = PyUnicode_FromString("__name__");
    PyObject *name =
        key ? PyDict_GetItemWithError(((Module *)op)->dict, key) : NULL;
    Py_XDECREF(key);
    return name && PyUnicode_Check(name) ? name : NULL;
}

const char *PyModule_GetName(PyObject *op)
{
    if (PyModule_GetDict(op) == NULL) {
        return NULL;
    }
    PyObject *name = find_name(op);
    if (name == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError, "nameless module");
        }
        return NULL;
    }
    return PyUnicode_AsUTF8(name);
}

void *PyModule_GetState(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadArgument();
        return NULL;
    }
    return ((Module *)op)->state;
}

PyModuleDef *PyModule_GetDef(PyObject *op)
{
    if (!PyModule_Check(op)) {
        PyErr_BadArgument();
        return NULL;
    }
    return ((Module *)op)->def;
}

/* --- attributes ----------------------------------------------------------- */

static PyObject *raise_no_module_attribute(PyObject *op, PyObject *name)
{
    if (reference_profile->python_2_messages) {
        return raise_no_attribute(op, name);
    }
    PyObject *module = find_name(op);
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (module == NULL) {
        return PyErr_Format(PyExc_AttributeError,
                            "module has no attribute '%U'", name);
    }
    return PyErr_Format(PyExc_AttributeError,
                        "module '%U' has no attribute '%U'", module, name);
}

/* Calls the module's own function `__getattr__` for an attribute that is not in
 * the dict. AttributeError if there is no such function. */
static PyObject *ask_hook(PyObject *op, PyObject *name)
{
    PyObject *key = PyUnicode_FromString("__getattr__");
    if (key == NULL) {
        return NULL;
    }
    PyObject *hook =
        Py_XNewRef(PyDict_GetItemWithError(((Module *)op)->dict, key));
    Py_DECREF(key);
    if (hook == NULL) {
        return PyErr_Occurred() ? NULL : raise_no_module_attribute(op, name);
    }
    PyObject *value = PyObject_CallOneArg(hook, name);
    Py_DECREF(hook);
    return value;
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
    return ask_hook(op, name);
}

static int module_setattro(PyObject *op, PyObject *name, PyObject *value)
{
    PyObject *dict = ((Module *)op)->dict;
    if (value) {
        return PyDict_SetItem(dict, name, value);
    }
    int there = PyDict_Contains(dict, name);
    if (there == 0) {
        raise_no_attribute(op, name);
    }
    return there <= 0 ? -1 : PyDict_DelItem(dict, name);
}

/* --- the type ------------------------------------------------------------- */

static void module_dealloc(PyObject *op)
{
    Module *module = (Module *)op;
    PyObject_GC_UnTrack(op);
    if (module->def && module->def->m_free) {
        module->def->m_free(op);
    }
    Py_XDECREF(module->dict);
    PyMem_Free(module->state);
    PyObject_GC_Del(op);
}

static int module_traverse(PyObject *op, visitproc visit, void *arg)
{
    Module *module = (Module *)op;
    if (module->def && module->def->m_traverse) {
        int stopped = module->def->m_traverse(op, visit, arg);
        if (stopped) {
            return stopped;
        }
    }
    Py_VISIT(module->dict);
    return 0;
}

static int module_clear(PyObject *op)
{
    Module *module = (Module *)op;
    if (module->def && module->def->m_clear) {
        module->def->m_clear(op);
    }
    PyDict_Clear(module->dict);
    return 0;
}

static PyObject *module_repr(PyObject *op)
{
    const char *name = PyModule_GetName(op);
    return name ? PyUnicode_FromFormat("<module '%s'>", name) : NULL;
}

PyTypeObject PyModule_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
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
