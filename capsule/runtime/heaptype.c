/* Types that are made at run time: PyType_FromSpec() and its variants. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyTypeObject type;
    PyObject *module; /* owned; NULL if the type belongs to no module */
    char name[];      /* a copy of the name; type.tp_name points to it */
} HeapType;

void heap_type_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(((HeapType *)op)->module);
    Py_XDECREF(((PyTypeObject *)op)->tp_base);
    PyObject_GC_Del(op);
}

int heap_type_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((HeapType *)op)->module);
    return 0;
}

int heap_type_clear(PyObject *op)
{
    Py_CLEAR(((HeapType *)op)->module);
    return 0;
}

/* Stores the value of a slot. Returns false if the slot is unknown. */
static bool store_slot(PyTypeObject *type, const PyType_Slot *slot)
{
    switch (slot->slot) {
    case Py_tp_call:
        type->tp_call = (ternaryfunc)slot->pfunc;
        return true;
    case Py_tp_dealloc:
        type->tp_dealloc = (destructor)slot->pfunc;
        return true;
    case Py_tp_init:
        type->tp_init = (initproc)slot->pfunc;
        return true;
    case Py_tp_members:
        type->tp_members = (PyMemberDef *)slot->pfunc;
        return true;
    case Py_tp_methods:
        type->tp_methods = (PyMethodDef *)slot->pfunc;
        return true;
    case Py_tp_new:
        type->tp_new = (newfunc)slot->pfunc;
        return true;
    case Py_tp_repr:
        type->tp_repr = (reprfunc)slot->pfunc;
        return true;
    case Py_tp_str:
        type->tp_str = (reprfunc)slot->pfunc;
        return true;
    case Py_tp_alloc:
        type->tp_alloc = (allocfunc)slot->pfunc;
        return true;
    case Py_tp_free:
        type->tp_free = (freefunc)slot->pfunc;
        return true;
    case Py_tp_doc:
        return true; /* no code here reads the docstring */
    default:
        return false;
    }
}

PyObject *type_from_spec(PyObject *module, PyType_Spec *spec,
                         PyTypeObject *base)
{
    size_t name_size = strlen(spec->name) + 1;
    HeapType *heap = (HeapType *)gc_new_zeroed(sizeof(HeapType) + name_size);
    if (heap == NULL) {
        return NULL;
    }
    memcpy(heap->name, spec->name, name_size);
    heap->module = Py_XNewRef(module);
    PyTypeObject *type = &heap->type;
    type->ob_base.ob_refcnt = 1;
    type->ob_base.ob_type = &PyType_Type;
    type->tp_name = heap->name;
    type->tp_base = (PyTypeObject *)Py_NewRef(base);
    type->tp_basicsize = spec->basicsize > base->tp_basicsize
                             ? spec->basicsize
                             : base->tp_basicsize;
    type->tp_flags = spec->flags | Py_TPFLAGS_HEAPTYPE;
    type->tp_alloc = PyType_GenericAlloc;
    type->tp_free = PyObject_Free;
    for (PyType_Slot *slot = spec->slots; slot->slot; slot++) {
        if (!store_slot(type, slot)) {
            PyErr_Format(PyExc_SystemError, "invalid slot offset %d of %s",
                         slot->slot, spec->name);
            Py_DECREF(type);
            return NULL;
        }
    }
    if (module) {
        /* The module and its type refer to each other. */
        PyObject_GC_Track(type);
    }
    return (PyObject *)type;
}

PyObject *PyType_FromSpec(PyType_Spec *spec)
{
    return type_from_spec(NULL, spec, &PyBaseObject_Type);
}

PyObject *PyType_FromModuleAndSpec(PyObject *module, PyType_Spec *spec,
                                   PyObject *bases)
{
    PyObject *base = bases ? bases : (PyObject *)&PyBaseObject_Type;
    if (PyTuple_Check(base) && PyTuple_Size(base) == 1) {
        base = PyTuple_GetItem(base, 0);
    }
    if (!PyType_Check(base)) {
        PyErr_SetString(PyExc_TypeError, "a type has one base here");
        return NULL;
    }
    return type_from_spec(module, spec, (PyTypeObject *)base);
}

void *PyType_GetModuleState(PyTypeObject *type)
{
    PyObject *module = NULL;
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        module = ((HeapType *)type)->module;
    }
    if (module == NULL) {
        PyErr_Format(PyExc_TypeError,
                     "PyType_GetModule: Type '%s' has no associated module",
                     type_name(type));
        return NULL;
    }
    return PyModule_GetState(module);
}
