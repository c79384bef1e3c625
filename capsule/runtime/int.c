/* int and bool. */
#include "capsule/runtime/internal.h"

PyObject *PyLong_FromLong(long value)
{
    PyLongObject *op = PyObject_New(PyLongObject, &PyLong_Type);
    if (op) {
        op->value = value;
    }
    return (PyObject *)op;
}

PyObject *PyLong_FromSsize_t(Py_ssize_t value)
{
    return PyLong_FromLong(value);
}

PyObject *PyLong_FromLongLong(long long value)
{
    return PyLong_FromLong((long)value);
}

PyObject *PyLong_FromUnsignedLong(unsigned long value)
{
    if (value > LONG_MAX) {
        PyErr_SetString(PyExc_OverflowError,
                        "integers beyond 64 bits are not supported");
        return NULL;
    }
    return PyLong_FromLong((long)value);
}

PyObject *PyLong_FromSize_t(size_t value)
{
    return PyLong_FromUnsignedLong(value);
}

PyObject *PyLong_FromVoidPtr(void *pointer)
{
    return PyLong_FromUnsignedLong((uintptr_t)pointer);
}

long PyLong_AsLong(PyObject *op)
{
    if (!PyLong_Check(op)) {
        PyErr_Format(PyExc_TypeError,
                     "'%s' object cannot be interpreted as an integer",
                     Py_TYPE(op)->tp_name);
        return -1;
    }
    return ((PyLongObject *)op)->value;
}

Py_ssize_t PyLong_AsSsize_t(PyObject *op) { return PyLong_AsLong(op); }

PyObject *PyBool_FromLong(long value)
{
    return Py_NewRef(value ? Py_True : Py_False);
}

static PyObject *long_repr(PyObject *op)
{
    return PyUnicode_FromFormat("%ld", ((PyLongObject *)op)->value);
}

static PyObject *bool_repr(PyObject *op)
{
    return PyUnicode_FromString(op == Py_True ? "True" : "False");
}

static Py_hash_t long_hash(PyObject *op)
{
    long value = ((PyLongObject *)op)->value;
    return value == -1 ? -2 : value;
}

static int long_bool(PyObject *op) { return ((PyLongObject *)op)->value != 0; }

static PyObject *long_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyLong_Check(a) || !PyLong_Check(b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    long x = ((PyLongObject *)a)->value;
    long y = ((PyLongObject *)b)->value;
    const bool results[] = {x < y, x <= y, x == y, x != y, x > y, x >= y};
    return PyBool_FromLong(results[op]);
}

static PyObject *long_add(PyObject *a, PyObject *b)
{
    long sum;
    if (__builtin_add_overflow(PyLong_AsLong(a), PyLong_AsLong(b), &sum)) {
        PyErr_SetString(PyExc_OverflowError,
                        "integers beyond 64 bits are not supported");
        return NULL;
    }
    return PyLong_FromLong(sum);
}

/* Finds `real`, which is the number itself, besides the methods. */
static PyObject *long_getattro(PyObject *op, PyObject *name)
{
    if (PyUnicode_CompareWithASCIIString(name, "real") == 0) {
        return PyLong_FromLong(((PyLongObject *)op)->value);
    }
    return PyObject_GenericGetAttr(op, name);
}

PyTypeObject PyLong_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "int",
    .tp_basicsize = sizeof(PyLongObject),
    .tp_base = &PyBaseObject_Type,
    .tp_repr = long_repr,
    .tp_hash = long_hash,
    .tp_bool = long_bool,
    .tp_richcompare = long_richcompare,
    .tp_getattro = long_getattro,
    .tp_add = long_add,
};

PyTypeObject PyBool_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "bool",
    .tp_basicsize = sizeof(PyLongObject),
    .tp_base = &PyLong_Type,
    .tp_repr = bool_repr,
};

PyLongObject _Py_TrueStruct = {STATIC_OBJECT(&PyBool_Type), 1};
PyLongObject _Py_FalseStruct = {STATIC_OBJECT(&PyBool_Type), 0};
