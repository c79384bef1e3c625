/* Multi-phase initialisation: a module is created, put into sys.modules, and
 * then executed. */
#include "capsule/runtime/inittab.h"

PyObject *PyModuleDef_Init(PyModuleDef *def)
{
    def->m_base.ob_base.ob_refcnt = _Py_STATIC_REFCNT;
    def->m_base.ob_base.ob_type = &PyModuleDef_Type;
    return (PyObject *)def;
}

PyTypeObject PyModuleDef_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "moduledef",
    .tp_basicsize = sizeof(PyModuleDef),
    .tp_base = &PyBaseObject_Type,
};

/* --- the first phase: a module is made ------------------------------------ */

typedef PyObject *(*create_function)(PyObject *spec, PyModuleDef *def);

static bool is_known(const PyModuleDef_Slot *slot, const char *name)
{
    if (slot->slot >= Py_mod_create && slot->slot <= Py_mod_gil) {
        return true;
    }
    PyErr_Format(PyExc_SystemError, "module %s uses unknown slot ID %i", name,
                 slot->slot);
    return false;
}

/* Stores the function of the Py_mod_create slot; leaves NULL if there is none.
 * Returns false on failure. */
static bool find_create(PyModuleDef *def, const char *name,
                        create_function *create)
{
    PyModuleDef_Slot *slot = def->m_slots;
    for (; slot && slot->slot; slot++) {
        if (!is_known(slot, name)) {
            return false;
        }
        if (slot->slot == Py_mod_create && *create) {
            PyErr_Format(PyExc_SystemError,
                         "module %s has multiple create slots", name);
            return false;
        }
        if (slot->slot == Py_mod_create) {
            *create = (create_function)slot->value;
        }
    }
    return true;
}

/* Checks the result of Py_mod_create, which may be any object. Returns it, or
 * NULL with an exception. Steals and returns the reference. */
static PyObject *check_created(PyObject *object, const char *name)
{
    const char *complaint = NULL;
    if (object == NULL && !PyErr_Occurred()) {
        complaint = "failed without setting an exception";
    } else if (object && PyErr_Occurred()) {
        complaint = "raised unreported exception";
    }
    if (complaint) {
        Py_XDECREF(object);
        return PyErr_Format(PyExc_SystemError, "creation of module %s %s", name,
                            complaint);
    }
    return object;
}

static PyObject *create(PyModuleDef *def, const char *name, PyObject *spec)
{
    create_function function = NULL;
    if (!find_create(def, name, &function)) {
        return NULL;
    }
    if (function) {
        return check_created(function(spec, def), name);
    }
    return module_new(name, def);
}

PyObject *PyModule_FromDefAndSpec2(PyModuleDef *def, PyObject *spec,
                                   int api_version)
{
    (void)api_version;
    PyModuleDef_Init(def);
    PyObject *text = PyObject_GetAttrString(spec, "name");
    const char *name = text ? PyUnicode_AsUTF8(text) : NULL;
    PyObject *module = name ? create(def, name, spec) : NULL;
    Py_XDECREF(text);
    if (module && PyModule_Check(module) &&
        ((def->m_methods &&
          PyModule_AddFunctions(module, def->m_methods) < 0) ||
         (def->m_doc && PyModule_SetDocString(module, def->m_doc) < 0))) {
        Py_CLEAR(module);
    }
    return module;
}

/* --- the second phase: it is executed ------------------------------------- */

static int execute(PyObject *module, const PyModuleDef_Slot *slot)
{
    int status = ((int (*)(PyObject *))slot->value)(module);
    const char *complaint = NULL;
    if (status != 0 && !PyErr_Occurred()) {
        complaint = "failed without setting an exception";
    } else if (status == 0 && PyErr_Occurred()) {
        complaint = "raised unreported exception";
    }
    const char *name = complaint ? PyModule_GetName(module) : NULL;
    if (name) { /* if there is no name, an exception says why */
        PyErr_Format(PyExc_SystemError, "execution of module %s %s", name,
                     complaint);
    }
    return status == 0 && complaint == NULL ? 0 : -1;
}

int PyModule_ExecDef(PyObject *module, PyModuleDef *def)
{
    PyModuleDef_Slot *slot = def->m_slots;
    for (; slot && slot->slot; slot++) {
        if (slot->slot == Py_mod_exec && execute(module, slot) < 0) {
            return -1;
        }
    }
    return 0;
}

/* --- both, for an import -------------------------------------------------- */

/* Returns an object with the attribute `name`: new reference. */
static PyObject *make_spec(PyObject *name)
{
    PyObject *spec = PyModule_New("ModuleSpec");
    if (spec && PyObject_SetAttrString(spec, "name", name) < 0) {
        Py_CLEAR(spec);
    }
    return spec;
}

PyObject *module_initialise_in_phases(PyModuleDef *def, PyObject *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *spec = make_spec(name);
    PyObject *module = spec ? PyModule_FromDefAndSpec(def, spec) : NULL;
    Py_XDECREF(spec);
    if (module == NULL || PyDict_SetItem(modules, name, module) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    if (PyModule_Check(module) && PyModule_ExecDef(module, def) < 0) {
        PyObject *pending = PyErr_GetRaisedException();
        if (PyDict_Contains(modules, name) == 1) {
            PyDict_DelItem(modules, name);
        }
        PyErr_SetRaisedException(pending);
        Py_CLEAR(module);
    }
    return module;
}
