/* Objects: reference counts, the types `object` and None, and the functions
 * that all types inherit. */
#include "capsule/runtime/internal.h"

void _Py_Dealloc(PyObject *op) { TYPE_SLOT(Py_TYPE(op), tp_dealloc)(op); }

void _Py_ReferenceMisuse(const char *call, PyObject *op)
{
    if (op->ob_refcnt == 0) {
        fprintf(stderr,
                "capsule reference: %s of a dying %s object; a destructor "
                "must not touch its reference count (DTOR-9)\n",
                call, Py_TYPE(op)->tp_name);
    } else {
        fprintf(stderr,
                "capsule reference: %s of a %s object whose reference count "
                "is negative\n",
                call, Py_TYPE(op)->tp_name);
    }
    abort();
}

PyObject *_PyObject_New(PyTypeObject *type)
{
    PyObject *op = PyObject_Malloc((size_t)type->tp_basicsize);
    if (op == NULL) {
        return PyErr_NoMemory();
    }
    op->ob_refcnt = 1;
    op->ob_type = type;
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        Py_INCREF(type);
    }
    return op;
}

const char *type_name(PyTypeObject *type)
{
    const char *dot = strrchr(type->tp_name, '.');
    return dot ? dot + 1 : type->tp_name;
}

PyObject *type_find_method(PyTypeObject *type, const char *name, PyObject *self)
{
    for (; type; type = type->tp_base) {
        PyMethodDef *def = type->tp_methods;
        for (; def && def->ml_name; def++) {
            if (strcmp(def->ml_name, name) == 0) {
                return PyCFunction_New(def, self);
            }
        }
    }
    return NULL;
}

/* --- object --------------------------------------------------------------- */

void object_free(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_Free(op);
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        Py_DECREF(type);
    }
}

static PyObject *object_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<%s object at %p>", Py_TYPE(op)->tp_name, op);
}

static Py_hash_t object_hash(PyObject *op)
{
    uintptr_t address = (uintptr_t)op;
    Py_hash_t hash = (Py_hash_t)(address >> 4 | address << 60);
    return hash == -1 ? -2 : hash;
}

static PyObject *object_richcompare(PyObject *a, PyObject *b, int op)
{
    if (op == Py_EQ && a == b) {
        Py_RETURN_TRUE;
    }
    if (op == Py_NE && a == b) {
        Py_RETURN_FALSE;
    }
    Py_RETURN_NOTIMPLEMENTED;
}

/* __reduce__ and __reduce_ex__ of `object`: copying and pickling call one of
 * the two for a type that defines neither. Raises TypeError. */
static PyObject *object_reduce(PyObject *self, PyObject *args)
{
    (void)args;
    return PyErr_Format(PyExc_TypeError,
                        reference_profile->says_cant_pickle
                            ? "can't pickle %s objects"
                            : "cannot pickle '%s' object",
                        Py_TYPE(self)->tp_name);
}

static PyObject *object_sizeof(PyObject *self, PyObject *args)
{
    (void)args;
    return PyLong_FromSsize_t(Py_TYPE(self)->tp_basicsize);
}

static PyMethodDef object_methods[] = {
    {"__reduce__", object_reduce, METH_NOARGS, NULL},
    {"__reduce_ex__", object_reduce, METH_O, NULL},
    {"__sizeof__", object_sizeof, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

PyObject *raise_no_attribute(PyObject *o, PyObject *name)
{
    return PyErr_Format(PyExc_AttributeError,
                        "'%s' object has no attribute '%U'",
                        Py_TYPE(o)->tp_name, name);
}

PyObject *PyObject_GenericGetAttr(PyObject *o, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) {
        return NULL;
    }
    if (strcmp(text, "__class__") == 0) {
        return Py_NewRef(Py_TYPE(o));
    }
    PyObject *found = member_get(o, text);
    if (found == NULL && !PyErr_Occurred()) {
        found = type_find_method(Py_TYPE(o), text, o);
    }
    if (found == NULL && !PyErr_Occurred()) {
        raise_no_attribute(o, name);
    }
    return found;
}

static int object_setattro(PyObject *o, PyObject *name, PyObject *value)
{
    const char *text = PyUnicode_AsUTF8(name);
    int status = -1;
    if (text && !member_set(o, text, value, &status)) {
        raise_no_attribute(o, name);
    }
    return status;
}

PyTypeObject PyBaseObject_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "object",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_BASETYPE,
    .tp_dealloc = object_free,
    .tp_repr = object_repr,
    .tp_hash = object_hash,
    .tp_richcompare = object_richcompare,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_setattro = object_setattro,
    .tp_methods = object_methods,
    .tp_new = PyType_GenericNew,
};

/* --- None and NotImplemented ---------------------------------------------- */

static PyObject *none_repr(PyObject *op)
{
    return PyUnicode_FromString(op == Py_None ? "None" : "NotImplemented");
}

static int none_bool(PyObject *op) { return op != Py_None; }

static PyTypeObject none_type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "NoneType",
    .tp_basicsize = sizeof(PyObject),
    .tp_base = &PyBaseObject_Type,
    .tp_repr = none_repr,
    .tp_bool = none_bool,
};

static PyTypeObject not_implemented_type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "NotImplementedType",
    .tp_basicsize = sizeof(PyObject),
    .tp_base = &PyBaseObject_Type,
    .tp_repr = none_repr,
    .tp_bool = none_bool,
};

PyObject _Py_NoneStruct = {_Py_STATIC_REFCNT, &none_type};
PyObject _Py_NotImplementedStruct = {_Py_STATIC_REFCNT, &not_implemented_type};
