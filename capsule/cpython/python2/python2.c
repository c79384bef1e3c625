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
