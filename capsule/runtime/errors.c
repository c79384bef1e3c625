/* The error indicator: one pending exception per thread state. */
#include "capsule/runtime/interpreter.h"

static bool is_exception_class(PyObject *object)
{
    return PyExceptionClass_Check(object);
}

/* Replaces the pending exception by `exception`, which may be NULL. Steals the
 * reference. */
static void set_raised(PyObject *exception)
{
    PyThreadState *state = thread_state();
    PyObject *old = state->raised;
    state->raised = exception;
    Py_XDECREF(old);
}

PyObject *PyErr_NoMemory(void)
{
    set_raised(Py_NewRef(&no_memory));
    return NULL;
}

void PyErr_SetObject(PyObject *type, PyObject *value)
{
    if (!is_exception_class(type)) {
        PyErr_Format(PyExc_SystemError,
                     "_PyErr_SetObject: exception %R is not a BaseException "
                     "subclass",
                     type);
        return;
    }
    if (value && !PyUnicode_CheckExact(value) &&
        PyType_IsSubtype(Py_TYPE(value), (PyTypeObject *)type)) {
        set_raised(Py_NewRef(value));
        return;
    }
    PyObject *exception =
        exception_make((PyTypeObject *)type, value == Py_None ? NULL : value);
    if (exception) {
        set_raised(exception);
    }
}

void PyErr_SetNone(PyObject *type) { PyErr_SetObject(type, NULL); }

void PyErr_SetString(PyObject *type, const char *message)
{
    PyObject *text = PyUnicode_FromString(message);
    if (text) {
        PyErr_SetObject(type, text);
        Py_DECREF(text);
    }
}

PyObject *PyErr_FormatV(PyObject *type, const char *format, va_list arguments)
{
    PyObject *text = PyUnicode_FromFormatV(format, arguments);
    if (text) {
        PyErr_SetObject(type, text);
        Py_DECREF(text);
    }
    return NULL;
}

PyObject *PyErr_Format(PyObject *type, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyErr_FormatV(type, format, arguments);
    va_end(arguments);
    return NULL;
}

int PyErr_BadArgument(void)
{
    PyErr_SetString(PyExc_TypeError,
                    "bad argument type for built-in operation");
    return 0;
}

void _PyErr_BadInternalCall(const char *file, int line)
{
    PyErr_Format(PyExc_SystemError, "%s:%d: bad argument to internal function",
                 file, line);
}

PyObject *PyErr_Occurred(void)
{
    PyObject *raised = thread_state()->raised;
    return raised ? (PyObject *)Py_TYPE(raised) : NULL;
}

void PyErr_Clear(void) { set_raised(NULL); }

int PyErr_GivenExceptionMatches(PyObject *given, PyObject *exc)
{
    if (given == NULL || exc == NULL) {
        return 0;
    }
    if (PyTuple_Check(exc)) {
        for (Py_ssize_t i = 0; i < PyTuple_Size(exc); i++) {
            if (PyErr_GivenExceptionMatches(given, PyTuple_GetItem(exc, i))) {
                return 1;
            }
        }
        return 0;
    }
    if (PyExceptionInstance_Check(given)) {
        given = (PyObject *)Py_TYPE(given);
    }
    if (is_exception_class(given) && is_exception_class(exc)) {
        return PyType_IsSubtype((PyTypeObject *)given, (PyTypeObject *)exc);
    }
    return given == exc;
}

int PyErr_ExceptionMatches(PyObject *exc)
{
    return PyErr_GivenExceptionMatches(PyErr_Occurred(), exc);
}

PyObject *PyErr_GetRaisedException(void)
{
    PyThreadState *state = thread_state();
    PyObject *raised = state->raised;
    state->raised = NULL;
    return raised;
}

void PyErr_SetRaisedException(PyObject *exception) { set_raised(exception); }

void PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback)
{
    *value = PyErr_GetRaisedException();
    *type = Py_XNewRef(*value ? (PyObject *)Py_TYPE(*value) : NULL);
    *traceback = NULL;
}

void PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback)
{
    if (type == NULL) {
        PyErr_Clear();
    } else {
        PyErr_SetObject(type, value);
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

void PyErr_NormalizeException(PyObject **type, PyObject **value,
                              PyObject **traceback)
{
    (void)traceback;
    if (*type == NULL || (*value && PyExceptionInstance_Check(*value))) {
        return;
    }
    PyObject *pending = PyErr_GetRaisedException();
    PyErr_SetObject(*type, *value);
    Py_XDECREF(*value);
    *value = PyErr_GetRaisedException();
    Py_SETREF(*type, Py_NewRef(Py_TYPE(*value)));
    PyErr_SetRaisedException(pending);
}

/* Returns the text of the str, or `otherwise` if making the str failed. */
static const char *shown(PyObject *text, const char *otherwise)
{
    PyErr_Clear();
    return text ? PyUnicode_AsUTF8(text) : otherwise;
}

/* Clears the pending exception and prints it on a line. If `object` is not
 * NULL, first prints a line that names the object. */
static void write_exception(PyObject *object)
{
    PyObject *exception = PyErr_GetRaisedException();
    if (exception == NULL) {
        return;
    }
    if (object) {
        PyObject *repr = PyObject_Repr(object);
        fprintf(stderr, "Exception ignored in: %s\n",
                shown(repr, "<object repr() failed>"));
        Py_XDECREF(repr);
    }
    PyObject *message = PyObject_Str(exception);
    const char *text = shown(message, "<exception str() failed>");
    fprintf(stderr, "%s%s%s\n", type_name(Py_TYPE(exception)),
            *text ? ": " : "", text);
    Py_XDECREF(message);
    Py_DECREF(exception);
}

void PyErr_WriteUnraisable(PyObject *object)
{
    /* CPython passes the object to a hook, which takes a reference. So does
     * this function: a destructor that reports its own capsule breaks DTOR-9
     * here too. */
    Py_XINCREF(object);
    write_exception(object);
    Py_XDECREF(object);
}

void PyErr_Print(void) { write_exception(NULL); }

void _Py_FatalErrorFunc(const char *function, const char *message)
{
    fprintf(stderr, "Fatal Python error: %s: %s\n", function, message);
    abort();
}
