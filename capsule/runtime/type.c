/* type: the type of types, heap types, and calling a type. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyTypeObject type;
    char name[]; /* a copy of the name; type.tp_name points to it */
} HeapType;

static void type_dealloc(PyObject *op)
{
    Py_XDECREF(((PyTypeObject *)op)->tp_base);
    PyObject_Free(op);
}

/* Stores the function of a slot. Returns false if the slot is unknown. */
static bool store_slot(PyTypeObject *type, const PyType_Slot *slot)
{
    switch (slot->slot) {
    case Py_tp_call:
        type->tp_call = (ternaryfunc)slot->pfunc;
        return true;
    case Py_tp_dealloc:
        type->tp_dealloc = (destructor)slot->pfunc;
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

PyObject *PyType_FromSpec(PyType_Spec *spec)
{
    size_t name_size = strlen(spec->name) + 1;
    HeapType *heap = PyObject_Calloc(1, sizeof(HeapType) + name_size);
    if (heap == NULL) {
        return PyErr_NoMemory();
    }
    memcpy(heap->name, spec->name, name_size);
    PyTypeObject *type = &heap->type;
    type->ob_base.ob_refcnt = 1;
    type->ob_base.ob_type = &PyType_Type;
    type->tp_name = heap->name;
    type->tp_base = (PyTypeObject *)Py_NewRef(&PyBaseObject_Type);
    type->tp_basicsize = spec->basicsize > (int)sizeof(PyObject)
                             ? spec->basicsize
                             : (Py_ssize_t)sizeof(PyObject);
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
    return (PyObject *)type;
}

PyObject *PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t nitems)
{
    (void)nitems;
    PyObject *op = _PyObject_New(type);
    if (op) {
        memset(op + 1, 0, (size_t)type->tp_basicsize - sizeof(PyObject));
    }
    return op;
}

PyObject *PyType_GenericNew(PyTypeObject *type, PyObject *args,
                            PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return PyType_GenericAlloc(type, 0);
}

int PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b)
{
    for (; a; a = a->tp_base) {
        if (a == b) {
            return 1;
        }
    }
    return 0;
}

/* type(o), or type(name, bases, dict). The second form makes a subclass, of a
 * single base that allows subclasses. */
static PyObject *call_type_type(PyObject *args)
{
    if (PyTuple_Size(args) == 1) {
        return Py_NewRef(Py_TYPE(PyTuple_GetItem(args, 0)));
    }
    if (PyTuple_Size(args) != 3 || !PyTuple_Check(PyTuple_GetItem(args, 1)) ||
        PyTuple_Size(PyTuple_GetItem(args, 1)) != 1) {
        PyErr_SetString(PyExc_TypeError, "type() takes 1 or 3 arguments");
        return NULL;
    }
    const char *name = PyUnicode_AsUTF8(PyTuple_GetItem(args, 0));
    PyObject *base = PyTuple_GetItem(PyTuple_GetItem(args, 1), 0);
    if (name == NULL) {
        return NULL;
    }
    if (!PyType_Check(base)) {
        PyErr_SetString(PyExc_TypeError, "bases must be types");
        return NULL;
    }
    PyTypeObject *base_type = (PyTypeObject *)base;
    if (!(base_type->tp_flags & Py_TPFLAGS_BASETYPE)) {
        return PyErr_Format(PyExc_TypeError,
                            "type '%s' is not an acceptable base type",
                            base_type->tp_name);
    }
    PyType_Slot no_slots[] = {{0, NULL}};
    PyType_Spec spec = {
        .name = name,
        .basicsize = (int)base_type->tp_basicsize,
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
        .slots = no_slots,
    };
    PyObject *type = PyType_FromSpec(&spec);
    if (type) {
        Py_SETREF(((PyTypeObject *)type)->tp_base,
                  (PyTypeObject *)Py_NewRef(base));
    }
    return type;
}

/* Creates an instance. Heap types and exceptions inherit tp_new; a static type
 * without tp_new cannot be instantiated (TYPE-5). */
static PyObject *type_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PyTypeObject *type = (PyTypeObject *)op;
    if (type == &PyType_Type) {
        return call_type_type(args);
    }
    bool inherits = (type->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0;
    newfunc create = inherits ? TYPE_SLOT(type, tp_new) : type->tp_new;
    if (create == NULL) {
        return PyErr_Format(PyExc_TypeError, "cannot create '%s' instances",
                            type->tp_name);
    }
    return create(type, args, kwargs);
}

static PyObject *type_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<class '%s'>", ((PyTypeObject *)op)->tp_name);
}

/* Returns a tuple of the type and its bases, in order of lookup: new
 * reference. */
static PyObject *type_mro(PyTypeObject *type)
{
    Py_ssize_t n = 0;
    for (PyTypeObject *t = type; t; t = t->tp_base) {
        n++;
    }
    PyObject *mro = PyTuple_New(n);
    for (Py_ssize_t i = 0; mro && i < n; i++, type = type->tp_base) {
        PyTuple_SetItem(mro, i, Py_NewRef(type));
    }
    return mro;
}

static PyObject *type_getattro(PyObject *op, PyObject *name)
{
    PyTypeObject *type = (PyTypeObject *)op;
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) {
        return NULL;
    }
    if (strcmp(text, "__name__") == 0 || strcmp(text, "__qualname__") == 0) {
        return PyUnicode_FromString(type_name(type));
    }
    if (strcmp(text, "__module__") == 0) {
        const char *dot = strrchr(type->tp_name, '.');
        const char *builtins =
            reference_profile->python_2_messages ? "__builtin__" : "builtins";
        return dot ? PyUnicode_FromStringAndSize(type->tp_name,
                                                 dot - type->tp_name)
                   : PyUnicode_FromString(builtins);
    }
    if (strcmp(text, "__mro__") == 0) {
        return type_mro(type);
    }
    if (strcmp(text, "__class__") == 0) {
        return Py_NewRef(Py_TYPE(op));
    }
    PyObject *method = type_find_method(type, text, NULL);
    if (method == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_AttributeError,
                     "type object '%s' has no attribute '%U'", type->tp_name,
                     name);
    }
    return method;
}

static int type_setattro(PyObject *op, PyObject *name, PyObject *value)
{
    (void)value;
    PyErr_Format(PyExc_TypeError,
                 "cannot set '%U' attribute of immutable type '%s'", name,
                 ((PyTypeObject *)op)->tp_name);
    return -1;
}

PyTypeObject PyType_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "type",
    .tp_basicsize = sizeof(HeapType),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_BASETYPE,
    .tp_dealloc = type_dealloc,
    .tp_repr = type_repr,
    .tp_call = type_call,
    .tp_getattro = type_getattro,
    .tp_setattro = type_setattro,
};
