/* The module `warnings`, which changes the filters. */
#include "capsule/runtime/warnings.h"

/* Stores the action with this name. Returns false with AssertionError if there
 * is none. */
static bool read_action(PyObject *name, enum warning_action *action)
{
    static const struct {
        const char *name;
        enum warning_action action;
    } actions[] = {
        {"default", WARNING_DEFAULT}, {"module", WARNING_DEFAULT},
        {"once", WARNING_DEFAULT},    {"ignore", WARNING_IGNORE},
        {"always", WARNING_ALWAYS},   {"error", WARNING_ERROR},
    };
    size_t n = sizeof(actions) / sizeof(actions[0]);
    for (size_t i = 0; PyUnicode_Check(name) && i < n; i++) {
        if (PyUnicode_CompareWithASCIIString(name, actions[i].name) == 0) {
            *action = actions[i].action;
            return true;
        }
    }
    PyErr_Format(PyExc_AssertionError, "invalid action: %R", name);
    return false;
}

static bool is_warning_type(PyObject *category)
{
    if (PyType_Check(category) &&
        PyType_IsSubtype((PyTypeObject *)category,
                         (PyTypeObject *)PyExc_Warning)) {
        return true;
    }
    PyErr_SetString(PyExc_TypeError, "category must be a Warning subclass");
    return false;
}

/* simplefilter(action, category=Warning, lineno=0, append=False) */
static PyObject *simplefilter(PyObject *self, PyObject *args)
{
    (void)self;
    Py_ssize_t n = PyTuple_Size(args);
    if (n < 1 || n > 4) {
        return PyErr_Format(PyExc_TypeError,
                            "simplefilter() takes 1 to 4 arguments (%zd given)",
                            n);
    }
    enum warning_action action;
    PyObject *category = n > 1 ? PyTuple_GetItem(args, 1) : PyExc_Warning;
    int append = n > 3 ? PyObject_IsTrue(PyTuple_GetItem(args, 3)) : 0;
    if (append < 0 || !read_action(PyTuple_GetItem(args, 0), &action) ||
        !is_warning_type(category) ||
        warnings_add_filter(action, category, append != 0) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *resetwarnings(PyObject *self, PyObject *args)
{
    (void)self;
    (void)args;
    warnings_remove_filters();
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"simplefilter", simplefilter, METH_VARARGS, NULL},
    {"resetwarnings", resetwarnings, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "warnings",
    .m_methods = functions,
};

static PyObject *init_warnings(void) { return PyModule_Create(&definition); }

void warnings_announce_module(void)
{
    static bool
        announced; /* the announcement holds for all later interpreters */
    if (!announced && PyImport_AppendInittab("warnings", init_warnings) < 0) {
        Py_FatalError("no memory for the module warnings");
    }
    announced = true;
}
