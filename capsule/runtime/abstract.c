/* Operations on objects of any type: each calls the slot of the type, or raises
 * TypeError. */
#include "capsule/runtime/internal.h"

static PyObject *null_argument(void)
{
    if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
    }
    return NULL;
}

PyObject *PyObject_Repr(PyObject *o)
{
    if (o == NULL) {
        return PyUnicode_FromString("<NULL>");
    }
    return TYPE_SLOT(Py_TYPE(o), tp_repr)(o);
}

PyObject *PyObject_Str(PyObject *o)
{
    if (o == NULL) {
        return PyUnicode_FromString("<NULL>");
    }
    reprfunc str = TYPE_SLOT(Py_TYPE(o), tp_str);
    return str ? str(o) : PyObject_Repr(o);
}

Py_hash_t PyObject_Hash(PyObject *o)
{
    return TYPE_SLOT(Py_TYPE(o), tp_hash)(o);
}

int PyObject_IsTrue(PyObject *o)
{
    inquiry truth = TYPE_SLOT(Py_TYPE(o), tp_bool);
    if (truth) {
        return truth(o);
    }
    lenfunc length = TYPE_SLOT(Py_TYPE(o), tp_length);
    if (length) {
        Py_ssize_t n = length(o);
        return n > 0 ? 1 : (int)n;
    }
    return 1;
}

static PyObject *compare_addresses(uintptr_t a, uintptr_t b, int op)
{
    bool less = op == Py_LT || op == Py_LE;
    bool or_equal = op == Py_LE || op == Py_GE;
    return PyBool_FromLong(a == b ? or_equal : (a < b) == less);
}

PyObject *PyObject_RichCompare(PyObject *a, PyObject *b, int op)
{
    static const int mirrored[] = {Py_GT, Py_GE, Py_EQ, Py_NE, Py_LT, Py_LE};
    static const char *const signs[] = {"<", "<=", "==", "!=", ">", ">="};

    if (a == NULL || b == NULL) {
        return null_argument();
    }
    PyObject *result = TYPE_SLOT(Py_TYPE(a), tp_richcompare)(a, b, op);
    if (result == Py_NotImplemented) {
        Py_DECREF(result);
        result = TYPE_SLOT(Py_TYPE(b), tp_richcompare)(b, a, mirrored[op]);
    }
    if (result != Py_NotImplemented) {
        return result;
    }
    Py_DECREF(result);
    if (op == Py_EQ || op == Py_NE) {
        return PyBool_FromLong((a == b) == (op == Py_EQ));
    }
    if (reference_profile->objects_have_an_order) {
        return compare_addresses((uintptr_t)a, (uintptr_t)b, op);
    }
    return PyErr_Format(PyExc_TypeError,
                        "'%s' not supported between instances of '%s' and "
                        "'%s'",
                        signs[op], Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
}

int PyObject_RichCompareBool(PyObject *a, PyObject *b, int op)
{
    if (a == b && (op == Py_EQ || op == Py_NE)) {
        return op == Py_EQ;
    }
    PyObject *result = PyObject_RichCompare(a, b, op);
    if (result == NULL) {
        return -1;
    }
    int truth = PyObject_IsTrue(result);
    Py_DECREF(result);
    return truth;
}

/* --- attributes ----------------------------------------------------------- */

PyObject *PyObject_GetAttr(PyObject *o, PyObject *name)
{
    return TYPE_SLOT(Py_TYPE(o), tp_getattro)(o, name);
}

PyObject *PyObject_GetAttrString(PyObject *o, const char *name)
{
    PyObject *key = PyUnicode_FromString(name);
    if (key == NULL) {
        return NULL;
    }
    PyObject *value = PyObject_GetAttr(o, key);
    Py_DECREF(key);
    return value;
}

int PyObject_SetAttr(PyObject *o, PyObject *name, PyObject *value)
{
    return TYPE_SLOT(Py_TYPE(o), tp_setattro)(o, name, value);
}

int PyObject_SetAttrString(PyObject *o, const char *name, PyObject *value)
{
    PyObject *key = PyUnicode_FromString(name);
    if (key == NULL) {
        return -1;
    }
    int status = PyObject_SetAttr(o, key, value);
    Py_DECREF(key);
    return status;
}

int PyObject_DelAttrString(PyObject *o, const char *name)
{
    return PyObject_SetAttrString(o, name, NULL);
}

int PyObject_HasAttrString(PyObject *o, const char *name)
{
    PyObject *value = PyObject_GetAttrString(o, name);
    if (value == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(value);
    return 1;
}

/* --- containers ----------------------------------------------------------- */

Py_ssize_t PyObject_Size(PyObject *o)
{
    if (o == NULL) {
        null_argument();
        return -1;
    }
    lenfunc length = TYPE_SLOT(Py_TYPE(o), tp_length);
    if (length == NULL) {
        PyErr_Format(PyExc_TypeError, "object of type '%s' has no len()",
                     Py_TYPE(o)->tp_name);
        return -1;
    }
    return length(o);
}

PyObject *PyObject_GetItem(PyObject *o, PyObject *key)
{
    if (o == NULL || key == NULL) {
        return null_argument();
    }
    binaryfunc subscript = TYPE_SLOT(Py_TYPE(o), tp_subscript);
    if (subscript == NULL) {
        return PyErr_Format(PyExc_TypeError,
                            reference_profile->python_2_messages
                                ? "'%s' object has no attribute '__getitem__'"
                                : "'%s' object is not subscriptable",
                            Py_TYPE(o)->tp_name);
    }
    return subscript(o, key);
}

PyObject *PyObject_GetIter(PyObject *o)
{
    getiterfunc iter = TYPE_SLOT(Py_TYPE(o), tp_iter);
    if (iter == NULL) {
        return PyErr_Format(PyExc_TypeError, "'%s' object is not iterable",
                            Py_TYPE(o)->tp_name);
    }
    return iter(o);
}

PyObject *PyNumber_Add(PyObject *a, PyObject *b)
{
    if (a == NULL || b == NULL) {
        return null_argument();
    }
    binaryfunc add = TYPE_SLOT(Py_TYPE(a), tp_add);
    if (add == NULL || !Py_IS_TYPE(b, Py_TYPE(a))) {
        return PyErr_Format(PyExc_TypeError,
                            "unsupported operand type(s) for +: '%s' and '%s'",
                            Py_TYPE(a)->tp_name, Py_TYPE(b)->tp_name);
    }
    return add(a, b);
}

PyObject *PyWeakref_NewRef(PyObject *o, PyObject *callback)
{
    (void)callback;
    return PyErr_Format(PyExc_TypeError,
                        "cannot create weak reference to '%s' object",
                        Py_TYPE(o)->tp_name);
}
