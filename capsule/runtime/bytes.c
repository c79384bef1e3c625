/* bytes. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyObject_VAR_HEAD char
        bytes[]; /* one more than the size: the last one is 0 */
} Bytes;

PyObject *PyBytes_FromStringAndSize(const char *bytes, Py_ssize_t size)
{
    if (size < 0) {
        PyErr_SetString(PyExc_SystemError,
                        "Negative size passed to PyBytes_FromStringAndSize");
        return NULL;
    }
    Bytes *op = PyObject_Malloc(sizeof(Bytes) + (size_t)size + 1);
    if (op == NULL) {
        return PyErr_NoMemory();
    }
    op->ob_base = (PyVarObject){{1, &PyBytes_Type}, size};
    if (bytes) {
        memcpy(op->bytes, bytes, (size_t)size);
    }
    op->bytes[size] = '\0';
    return (PyObject *)op;
}

Py_ssize_t PyBytes_Size(PyObject *op)
{
    if (!PyBytes_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected bytes, %s found",
                     Py_TYPE(op)->tp_name);
        return -1;
    }
    return Py_SIZE(op);
}

char *PyBytes_AsString(PyObject *op)
{
    return PyBytes_Size(op) < 0 ? NULL : ((Bytes *)op)->bytes;
}

static PyObject *bytes_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyBytes_Check(a) || !PyBytes_Check(b) ||
        (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    bool equal = Py_SIZE(a) == Py_SIZE(b) &&
                 memcmp(((Bytes *)a)->bytes, ((Bytes *)b)->bytes,
                        (size_t)Py_SIZE(a)) == 0;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

PyTypeObject PyBytes_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "bytes",
    .tp_basicsize = sizeof(Bytes),
    .tp_base = &PyBaseObject_Type,
    .tp_richcompare = bytes_richcompare,
    .tp_length = PyBytes_Size,
};
