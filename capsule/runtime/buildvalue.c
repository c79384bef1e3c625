/* Py_BuildValue: builds objects from C values, as a format says. */
#include "capsule/runtime/internal.h"

/* A va_list in a struct, because a plain va_list cannot be passed by pointer on
 * every ABI. */
struct values {
    va_list list;
};

static PyObject *build_one(const char **format, struct values *values);

static void skip_separators(const char **format)
{
    while (**format == ' ' || **format == ',' || **format == ':' ||
           **format == '\t') {
        (*format)++;
    }
}

/* Builds a list of the items up to the character `end`: new reference. */
static PyObject *build_list(const char **format, char end,
                            struct values *values)
{
    PyObject *list = PyList_New(0);
    for (skip_separators(format); list && **format != end;
         skip_separators(format)) {
        PyObject *item = **format ? build_one(format, values) : NULL;
        if (item == NULL || PyList_Append(list, item) < 0) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_SystemError, "unmatched paren in format");
            }
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    if (**format) {
        (*format)++;
    }
    return list;
}

static PyObject *tuple_from_list(PyObject *list)
{
    if (list == NULL) {
        return NULL;
    }
    PyObject *tuple = PyTuple_New(PyList_Size(list));
    for (Py_ssize_t i = 0; tuple && i < PyList_Size(list); i++) {
        PyTuple_SetItem(tuple, i, Py_NewRef(PyList_GetItem(list, i)));
    }
    Py_DECREF(list);
    return tuple;
}

static PyObject *dict_from_list(PyObject *list)
{
    if (list == NULL) {
        return NULL;
    }
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict && i + 1 < PyList_Size(list); i += 2) {
        if (PyDict_SetItem(dict, PyList_GetItem(list, i),
                           PyList_GetItem(list, i + 1)) < 0) {
            Py_CLEAR(dict);
        }
    }
    Py_DECREF(list);
    return dict;
}

/* Builds a str from a string, with a size if the unit has a '#', else
 * NUL-terminated. A NULL string gives None. */
static PyObject *build_string(const char **format, struct values *values)
{
    const char *string = va_arg(values->list, const char *);
    if (**format == '#') {
        (*format)++;
        Py_ssize_t size = va_arg(values->list, Py_ssize_t);
        return string ? PyUnicode_FromStringAndSize(string, size)
                      : Py_NewRef(Py_None);
    }
    return string ? PyUnicode_FromString(string) : Py_NewRef(Py_None);
}

static PyObject *build_object(struct values *values, bool steal)
{
    PyObject *object = va_arg(values->list, PyObject *);
    if (object == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError,
                            "NULL object passed to Py_BuildValue");
        }
        return NULL;
    }
    return steal ? object : Py_NewRef(object);
}

static PyObject *build_one(const char **format, struct values *values)
{
    char c = *(*format)++;
    switch (c) {
    case '(':
        return tuple_from_list(build_list(format, ')', values));
    case '[':
        return build_list(format, ']', values);
    case '{':
        return dict_from_list(build_list(format, '}', values));
    case 'O':
    case 'S':
        return build_object(values, false);
    case 'N':
        return build_object(values, true);
    case 's':
    case 'z':
    case 'U':
        return build_string(format, values);
    case 'b':
    case 'h':
    case 'i':
        return PyLong_FromLong(va_arg(values->list, int));
    case 'I':
        return PyLong_FromLong((long)va_arg(values->list, unsigned));
    case 'l':
        return PyLong_FromLong(va_arg(values->list, long));
    case 'k':
        return PyLong_FromUnsignedLong(va_arg(values->list, unsigned long));
    case 'd':
        return PyFloat_FromDouble(va_arg(values->list, double));
    case 'L':
        return PyLong_FromLongLong(va_arg(values->list, long long));
    case 'n':
        return PyLong_FromSsize_t(va_arg(values->list, Py_ssize_t));
    case 'p':
        return PyBool_FromLong(va_arg(values->list, int));
    default:
        return PyErr_Format(PyExc_SystemError,
                            "bad format char passed to Py_BuildValue: '%c'", c);
    }
}

PyObject *Py_VaBuildValue(const char *format, va_list arguments)
{
    struct values values;
    va_copy(values.list, arguments);
    PyObject *result = tuple_from_list(build_list(&format, '\0', &values));
    va_end(values.list);
    if (result && PyTuple_Size(result) < 2) {
        PyObject *only =
            PyTuple_Size(result) == 1 ? PyTuple_GetItem(result, 0) : Py_None;
        Py_SETREF(result, Py_NewRef(only));
    }
    return result;
}

PyObject *Py_BuildValue(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyObject *result = Py_VaBuildValue(format, arguments);
    va_end(arguments);
    return result;
}
