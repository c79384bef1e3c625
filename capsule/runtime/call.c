/* Calling objects. */
#include "capsule/runtime/internal.h"

int PyCallable_Check(PyObject *o)
{
    return o != NULL && TYPE_SLOT(Py_TYPE(o), tp_call) != NULL;
}

/* Checks that the callable returned NULL with an exception, or an object
 * without one (API-7); else raises SystemError. Also catches an exception that
 * a destructor left behind during the call. Steals `result`, returns a new
 * reference. */
static PyObject *check_result(PyObject *callable, PyObject *result)
{
    bool pending = PyErr_Occurred() != NULL;
    if ((result == NULL) == pending) {
        return result;
    }
    Py_XDECREF(result);
    return PyErr_Format(PyExc_SystemError,
                        pending
                            ? "%R returned a result with an exception set"
                            : "%R returned NULL without setting an exception",
                        callable);
}

PyObject *PyObject_Call(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    ternaryfunc call = TYPE_SLOT(Py_TYPE(callable), tp_call);
    if (call == NULL) {
        return PyErr_Format(PyExc_TypeError, "'%s' object is not callable",
                            Py_TYPE(callable)->tp_name);
    }
    return check_result(callable, call(callable, args, kwargs));
}

/* Calls with a tuple of arguments, which it steals. If `args` is NULL, returns
 * NULL and keeps the exception. */
static PyObject *call_and_release(PyObject *callable, PyObject *args)
{
    if (args == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_Call(callable, args, NULL);
    Py_DECREF(args);
    return result;
}

PyObject *PyObject_CallObject(PyObject *callable, PyObject *args)
{
    return call_and_release(callable, args ? Py_NewRef(args) : PyTuple_New(0));
}

PyObject *PyObject_CallNoArgs(PyObject *callable)
{
    return PyObject_CallObject(callable, NULL);
}

PyObject *PyObject_CallOneArg(PyObject *callable, PyObject *arg)
{
    return call_and_release(callable, PyTuple_Pack(1, arg));
}

/* Builds the tuple of arguments that a format describes: new reference. */
static PyObject *build_arguments(const char *format, va_list values)
{
    if (format == NULL || *format == '\0') {
        return PyTuple_New(0);
    }
    PyObject *built = Py_VaBuildValue(format, values);
    if (built == NULL || PyTuple_Check(built)) {
        return built;
    }
    PyObject *args = PyTuple_Pack(1, built);
    Py_DECREF(built);
    return args;
}

PyObject *PyObject_CallFunction(PyObject *callable, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    PyObject *args = build_arguments(format, values);
    va_end(values);
    return call_and_release(callable, args);
}

PyObject *PyObject_CallMethod(PyObject *o, const char *name, const char *format,
                              ...)
{
    PyObject *method = PyObject_GetAttrString(o, name);
    if (method == NULL) {
        return NULL;
    }
    va_list values;
    va_start(values, format);
    PyObject *args = build_arguments(format, values);
    va_end(values);
    PyObject *result = call_and_release(method, args);
    Py_DECREF(method);
    return result;
}

/* --- functions written in C ----------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyMethodDef *def;
    PyObject *self; /* owned; NULL for a function without `self` */
} Function;

PyObject *PyCFunction_New(PyMethodDef *def, PyObject *self)
{
    Function *function = PyObject_GC_New(Function, &PyCFunction_Type);
    if (function == NULL) {
        return NULL;
    }
    function->def = def;
    function->self = Py_XNewRef(self);
    PyObject_GC_Track(function);
    return (PyObject *)function;
}

static void function_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_XDECREF(((Function *)op)->self);
    PyObject_GC_Del(op);
}

static int function_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((Function *)op)->self);
    return 0;
}

static PyObject *function_repr(PyObject *op)
{
    return PyUnicode_FromFormat("<built-in function %s>",
                                ((Function *)op)->def->ml_name);
}

static PyObject *function_call(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PyMethodDef *def = ((Function *)op)->def;
    PyObject *self = ((Function *)op)->self;
    Py_ssize_t n = PyTuple_Size(args);

    if (def->ml_flags & METH_KEYWORDS) {
        PyCFunctionWithKeywords function =
            (PyCFunctionWithKeywords)(void (*)(void))def->ml_meth;
        return function(self, args, kwargs);
    }
    if (kwargs && PyDict_Size(kwargs) > 0) {
        return PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments",
                            def->ml_name);
    }
    if (def->ml_flags & METH_VARARGS) {
        return def->ml_meth(self, args);
    }
    Py_ssize_t wanted = def->ml_flags & METH_O ? 1 : 0;
    if (n != wanted) {
        return PyErr_Format(
            PyExc_TypeError, "%s() takes %s (%zd given)", def->ml_name,
            wanted ? "exactly one argument" : "no arguments", n);
    }
    return def->ml_meth(self, wanted ? PyTuple_GetItem(args, 0) : NULL);
}

PyTypeObject PyCFunction_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "builtin_function_or_method",
    .tp_basicsize = sizeof(Function),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = function_dealloc,
    .tp_repr = function_repr,
    .tp_call = function_call,
    .tp_traverse = function_traverse,
};
