/* Functions of Python 3 that host.c and the tests need and Python 2.7 lacks. */
#include <Python.h>

#include <string.h>

PyObject *PyType_FromSpec(PyType_Spec *spec)
{
    const char *dot = strrchr(spec->name, '.');
    PyObject *object = PyObject_CallFunction(
        (PyObject *)&PyType_Type, "s(O){s()}", dot ? dot + 1 : spec->name,
        &PyBaseObject_Type, "__slots__");
    if (object == NULL) {
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)object;
    type->tp_basicsize = spec->basicsize;
    type->tp_flags &= ~Py_TPFLAGS_HAVE_GC;
    type->tp_free = PyObject_Free;
    for (PyType_Slot *slot = spec->slots; slot->slot; slot++) {
        if (slot->slot == Py_tp_dealloc) {
            type->tp_dealloc = (destructor)slot->pfunc;
        } else if (slot->slot == Py_tp_call) {
            type->tp_call = (ternaryfunc)slot->pfunc;
        }
    }
    return object;
}

/* --- modules -------------------------------------------------------------- */

PyObject *PyModuleDef_Init(PyModuleDef *def)
{
    def->m_base.ob_type = &PyBaseObject_Type;
    Py_INCREF(&def->m_base);
    return (PyObject *)def;
}

PyObject *PyModule_Create(PyModuleDef *def)
{
    PyObject *module = PyModule_New(def->m_name);
    for (PyMethodDef *m = def->m_methods; module && m && m->ml_name; m++) {
        PyObject *function = PyCFunction_New(m, NULL);
        if (!function || PyModule_AddObject(module, m->ml_name, function) < 0) {
            Py_CLEAR(module);
        }
    }
    return module;
}

/* Calls a Py_mod_exec function and checks its result as Python 3 does: a
 * failure must have an exception, a success must have none. Returns 0, or -1
 * with an exception. */
static int execute(int (*function)(PyObject *), PyObject *module,
                   const char *name)
{
    int status = function(module);
    if (status != 0 && !PyErr_Occurred()) {
        PyErr_Format(PyExc_SystemError,
                     "execution of module %s failed without setting an "
                     "exception",
                     name);
    } else if (status == 0 && PyErr_Occurred()) {
        PyErr_Format(PyExc_SystemError,
                     "execution of module %s raised unreported exception",
                     name);
    }
    return PyErr_Occurred() ? -1 : 0;
}

int PyModule_ExecDef(PyObject *module, PyModuleDef *def)
{
    for (PyModuleDef_Slot *slot = def->m_slots; slot && slot->slot; slot++) {
        if (execute((int (*)(PyObject *))slot->value, module, def->m_name) <
            0) {
            return -1;
        }
    }
    return 0;
}
