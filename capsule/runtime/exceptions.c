/* The exception types. */
#include "capsule/runtime/internal.h"

static PyObject *value_of(PyObject *op)
{
    return ((PyBaseExceptionObject *)op)->value;
}

static void exception_dealloc(PyObject *op)
{
    Py_XDECREF(value_of(op));
    Py_XDECREF(((struct exception *)op)->attributes);
    object_free(op);
}

static PyObject *exception_str(PyObject *op)
{
    PyObject *value = value_of(op);
    if (value == NULL) {
        return PyUnicode_FromString("");
    }
    /* A KeyError shows the repr of its key, so that an empty key is visible. */
    if (PyErr_GivenExceptionMatches(op, PyExc_KeyError)) {
        return PyObject_Repr(value);
    }
    return PyObject_Str(value);
}

static PyObject *exception_repr(PyObject *op)
{
    PyObject *value = value_of(op);
    const char *name = type_name(Py_TYPE(op));
    if (value == NULL) {
        return PyUnicode_FromFormat("%s()", name);
    }
    if (PyTuple_Check(value)) {
        return PyUnicode_FromFormat("%s%R", name, value);
    }
    return PyUnicode_FromFormat("%s(%R)", name, value);
}

PyObject *exception_make(PyTypeObject *type, PyObject *value)
{
    struct exception *exception = (struct exception *)_PyObject_New(type);
    if (exception) {
        exception->base.value = Py_XNewRef(value);
        exception->attributes = NULL;
    }
    return (PyObject *)exception;
}

static PyObject *exception_new(PyTypeObject *type, PyObject *args,
                               PyObject *kwargs)
{
    (void)kwargs;
    Py_ssize_t n = PyTuple_Size(args);
    return exception_make(type, n == 0   ? NULL
                                : n == 1 ? PyTuple_GetItem(args, 0)
                                         : args);
}

/* True for attributes that are None until they are set: this Python chains no
 * exceptions, and an ImportError does not store its module. */
static bool is_unused(PyObject *op, PyObject *name)
{
    static const char *const unused[] = {"__cause__", "__context__", "name",
                                         "path"};
    size_t n = Py_IS_TYPE(op, (PyTypeObject *)PyExc_ImportError) ? 4 : 2;
    for (size_t i = 0; i < n; i++) {
        if (PyUnicode_CompareWithASCIIString(name, unused[i]) == 0) {
            return true;
        }
    }
    return false;
}

static PyObject *exception_getattro(PyObject *op, PyObject *name)
{
    PyObject *attributes = ((struct exception *)op)->attributes;
    PyObject *set =
        attributes ? PyDict_GetItemWithError(attributes, name) : NULL;
    if (set || PyErr_Occurred()) {
        return Py_XNewRef(set);
    }
    if (is_unused(op, name)) {
        Py_RETURN_NONE;
    }
    if (PyUnicode_CompareWithASCIIString(name, "args") == 0) {
        PyObject *value = value_of(op);
        if (value == NULL) {
            return PyTuple_New(0);
        }
        return PyTuple_Check(value) ? Py_NewRef(value) : PyTuple_Pack(1, value);
    }
    return PyObject_GenericGetAttr(op, name);
}

/* Any attribute can be set, for example __cause__ and __notes__. */
static int exception_setattro(PyObject *op, PyObject *name, PyObject *value)
{
    struct exception *exception = (struct exception *)op;
    if (exception->attributes == NULL) {
        exception->attributes = PyDict_New();
    }
    if (exception->attributes == NULL) {
        return -1;
    }
    return value ? PyDict_SetItem(exception->attributes, name, value)
                 : PyDict_DelItem(exception->attributes, name);
}

#define EXCEPTION_TYPE(name, base)                                             \
    static PyTypeObject type_##name = {                                        \
        .ob_base = STATIC_OBJECT(&PyType_Type),                                \
        .tp_name = #name,                                                      \
        .tp_basicsize = sizeof(struct exception),                              \
        .tp_base = base,                                                       \
        .tp_flags = Py_TPFLAGS_BASETYPE,                                       \
        .tp_dealloc = exception_dealloc,                                       \
        .tp_repr = exception_repr,                                             \
        .tp_str = exception_str,                                               \
        .tp_getattro = exception_getattro,                                     \
        .tp_setattro = exception_setattro,                                     \
        .tp_new = exception_new,                                               \
    };                                                                         \
    PyObject *PyExc_##name = (PyObject *)&type_##name;
#define DERIVED(name, base) EXCEPTION_TYPE(name, &type_##base)

EXCEPTION_TYPE(BaseException, &PyBaseObject_Type)
_Py_EXCEPTIONS(DERIVED)

struct exception no_memory = {
    .base = {.ob_base = STATIC_OBJECT(&type_MemoryError)},
};

PyObject *PyErr_NewException(const char *name, PyObject *base, PyObject *dict)
{
    if (strchr(name, '.') == NULL) {
        PyErr_SetString(PyExc_SystemError,
                        "PyErr_NewException: name must be module.class");
        return NULL;
    }
    if (dict || (base && !PyExceptionClass_Check(base))) {
        PyErr_SetString(PyExc_SystemError,
                        "PyErr_NewException: the base must be an exception "
                        "type and the dict NULL");
        return NULL;
    }
    PyType_Slot no_slots[] = {{0, NULL}};
    PyType_Spec spec = {
        .name = name,
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
        .slots = no_slots,
    };
    return type_from_spec(NULL, &spec,
                          (PyTypeObject *)(base ? base : PyExc_Exception));
}
