/* BUG-6: a static table holds an object of one interpreter. */
#include "tests/common_mistakes/common_mistakes.h"

/* The module owns the list; the table only borrows it. */
static struct {
    int version;
    PyObject *limits;
} table = {1, NULL};

static struct PyModuleDef def = {
    PyModuleDef_HEAD_INIT, "leaky", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

static PyObject *new_module(void)
{
    PyObject *module = PyModule_Create(&def);
    PyObject *limits = module ? PyList_New(0) : NULL;
    if (limits == NULL || PyModule_AddObject(module, "limits", limits) < 0) {
        Py_XDECREF(limits);
        Py_XDECREF(module);
        return NULL;
    }
    table.limits = limits;
    return module;
}

/* Creates the module and puts it into sys.modules, as an import does. */
static int import_module(void)
{
    PyObject *module = new_module();
    if (module == NULL ||
        PyDict_SetItemString(PyImport_GetModuleDict(), "leaky", module) < 0) {
        Py_XDECREF(module);
        return -1;
    }
    Py_DECREF(module);
    return 0;
}

/* Checks that the table holds the `limits` of this interpreter's module.
 * Returns 0, or -1 with an exception. */
static int check_limits(void)
{
    PyObject *module = PyImport_ImportModule("leaky");
    PyObject *limits = module ? PyObject_GetAttrString(module, "limits") : NULL;
    Py_XDECREF(module);
    if (limits == NULL) {
        return -1;
    }
    bool same = limits == table.limits;
    Py_DECREF(limits);
    if (!same) {
        PyErr_SetString(PyExc_RuntimeError,
                        "leaky: the table holds an object of another "
                        "interpreter");
        return -1;
    }
    return 0;
}

int interpreter_leak_seen(void)
{
    PyThreadState *first = PyThreadState_Get();
    if (import_module() < 0) {
        return -1;
    }
    PyObject *limits_of_first = table.limits;
    PyThreadState *second = Py_NewInterpreter();
    int status = import_module();
    /* The second import has replaced the object that the first interpreter
     * uses. */
    Py_EndInterpreter(second);
    PyThreadState_Swap(first);
    if (status < 0 || limits_of_first == table.limits) {
        return -1;
    }
    return check_limits();
}

int interpreter_leak_used(void)
{
    PyThreadState *first = PyThreadState_Get();
    PyThreadState *second = Py_NewInterpreter();
    if (import_module() < 0) {
        return -1;
    }
    Py_EndInterpreter(second);
    PyThreadState_Swap(first);
    return PyList_Append(table.limits, Py_None);
}
