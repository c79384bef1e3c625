/* type: the type of types, and calling a type. heaptype.c makes new types. */
#include "capsule/runtime/internal.h"

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
    return type_from_spec(NULL, &spec, base_type);
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
    PyObject *made = create(type, args, kwargs);
    initproc init = made ? TYPE_SLOT(Py_TYPE(made), tp_init) : NULL;
    if (init && PyObject_TypeCheck(made, type) &&
        init(made, args, kwargs) < 0) {
        Py_CLEAR(made);
    }
    return made;
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
    .tp_basicsize = sizeof(PyTypeObject),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = heap_type_dealloc,
    .tp_traverse = heap_type_traverse,
    .tp_clear = heap_type_clear,
    .tp_repr = type_repr,
    .tp_call = type_call,
    .tp_getattro = type_getattro,
    .tp_setattro = type_setattro,
};
