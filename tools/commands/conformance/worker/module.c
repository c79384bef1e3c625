/* A worker as an extension module, inside an interpreter that runs already.
 *
 *   run(arguments) -> exit status
 *   modules() -> names of the modules that the tests announced
 *   create(name, spec), execute(module): make and fill one of them
 *
 * PyImport_AppendInittab() comes too late in a running interpreter; the tests
 * are compiled with worker_append_inittab() in its place, and inside.py imports
 * what they announced. */
#include <Python.h>

#include <string.h>

#include "tools/commands/conformance/worker/worker.h"

enum { MODULES = 64, ARGUMENTS = 16 };

typedef PyObject *(*init_function)(void);

static struct module {
    const char *name;
    init_function init;
    void *def; /* a PyModuleDef if the module uses multi-phase initialisation */
} modules[MODULES];
static int module_count;

int worker_append_inittab(const char *name, init_function init);
int worker_append_inittab(const char *name, init_function init)
{
    if (module_count == MODULES) {
        return -1;
    }
    modules[module_count].name = name;
    modules[module_count++].init = init;
    return 0;
}

#if PY_MAJOR_VERSION < 3
#define TEXT_OF PyString_AsString
#define TEXT_FROM PyString_FromString
#else
#define TEXT_OF PyUnicode_AsUTF8
#define TEXT_FROM PyUnicode_FromString
#endif

static PyObject *run(PyObject *self, PyObject *arguments)
{
    char *argv[ARGUMENTS + 1] = {NULL};
    Py_ssize_t argc = PyList_Size(arguments);

    (void)self;
    for (Py_ssize_t i = 0; i < argc && i < ARGUMENTS; i++) {
        const char *text = TEXT_OF(PyList_GetItem(arguments, i));
        argv[i] = text ? strdup(text) : NULL;
        if (!argv[i]) {
            return NULL;
        }
    }
    return PyLong_FromLong(worker_run((int)argc, argv));
}

static PyObject *announced(PyObject *self, PyObject *none)
{
    PyObject *names = PyList_New(0);

    (void)self;
    (void)none;
    for (int i = 0; names && i < module_count; i++) {
        PyObject *name = TEXT_FROM(modules[i].name);
        if (!name || PyList_Append(names, name) < 0) {
            Py_CLEAR(names);
        }
        Py_XDECREF(name);
    }
    return names;
}

static struct module *module_of(const char *name)
{
    for (int i = 0; name && i < module_count; i++) {
        if (strcmp(modules[i].name, name) == 0) {
            return &modules[i];
        }
    }
    return NULL;
}

static PyObject *refuse(const char *name)
{
    if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_SystemError,
                     "initialization of %s failed without raising an exception",
                     name);
    }
    return NULL;
}

static PyObject *create(PyObject *self, PyObject *arguments)
{
    const char *name;
    PyObject *spec;

    (void)self;
    if (!PyArg_ParseTuple(arguments, "sO", &name, &spec)) {
        return NULL;
    }
    struct module *known = module_of(name);
    PyObject *made = known ? known->init() : NULL;
    if (!made) {
        return refuse(name);
    }
    if (PyModule_Check(made)) {
        known->def = NULL;
        return made;
    }
    known->def = made;
#if PY_MAJOR_VERSION < 3 || defined(PYPY_VERSION)
    return PyModule_New(
        name); /* only newer versions of PyPy have the other function */
#else
    return PyModule_FromDefAndSpec(known->def, spec);
#endif
}

static PyObject *execute(PyObject *self, PyObject *module)
{
    (void)self;
    const struct module *known = module_of(PyModule_GetName(module));
    if (known && known->def && PyModule_ExecDef(module, known->def) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"run", run, METH_O, NULL},
    {"modules", announced, METH_NOARGS, NULL},
    {"create", create, METH_VARARGS, NULL},
    {"execute", execute, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

#if PY_MAJOR_VERSION >= 3
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                                        "capsule_worker",
                                        NULL,
                                        -1,
                                        methods,
                                        NULL,
                                        NULL,
                                        NULL,
                                        NULL};

PyMODINIT_FUNC PyInit_capsule_worker(void);
PyMODINIT_FUNC PyInit_capsule_worker(void)
{
    return PyModule_Create(&definition);
}
#else
PyMODINIT_FUNC initcapsule_worker(void);
PyMODINIT_FUNC initcapsule_worker(void)
{
    Py_InitModule("capsule_worker", methods);
}
#endif
