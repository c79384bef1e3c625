/* float. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyObject_HEAD
    double value;
} Float;

PyObject *PyFloat_FromDouble(double value)
{
    Float *op = PyObject_New(Float, &PyFloat_Type);
    if (op) {
        op->value = value;
    }
    return (PyObject *)op;
}

double PyFloat_AsDouble(PyObject *op)
{
    if (PyFloat_Check(op)) {
        return ((Float *)op)->value;
    }
    if (PyLong_Check(op)) {
        return (double)PyLong_AsLong(op);
    }
    PyErr_Format(PyExc_TypeError, "must be real number, not %s",
                 Py_TYPE(op)->tp_name);
    return -1;
}

/* The shortest text that reads as the same number, with a point. */
static PyObject *float_repr(PyObject *op)
{
    double value = ((Float *)op)->value;
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text - 2, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    if (strspn(text, "-0123456789") == strlen(text)) {
        strcat(text, ".0");
    }
    return PyUnicode_FromString(text);
}

static PyObject *float_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!(PyFloat_Check(a) || PyLong_Check(a)) ||
        !(PyFloat_Check(b) || PyLong_Check(b))) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    double x = PyFloat_AsDouble(a), y = PyFloat_AsDouble(b);
    const bool results[] = {x < y, x <= y, x == y, x != y, x > y, x >= y};
    return PyBool_FromLong(results[op]);
}

static int float_bool(PyObject *op) { return ((Float *)op)->value != 0; }

PyTypeObject PyFloat_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "float",
    .tp_basicsize = sizeof(Float),
    .tp_base = &PyBaseObject_Type,
    .tp_repr = float_repr,
    .tp_bool = float_bool,
    .tp_richcompare = float_richcompare,
};
