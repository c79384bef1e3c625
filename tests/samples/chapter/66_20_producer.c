/* Capsules chapter, 66.20: a module that exports a table. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
    int version;
    PyObject *(*add_one)(PyObject *);
} DemoAPI;

static PyObject *
demo_add_one(PyObject *obj)
{
    long v = PyLong_AsLong(obj);
    if (v == -1 && PyErr_Occurred()) {
        return NULL;
    }

    return PyLong_FromLong(v + 1);
}

static DemoAPI demo_api = {
    1,
    demo_add_one
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    "demo",
    "Demo module exporting a C API",
    -1,
    NULL
};

PyMODINIT_FUNC
PyInit_demo(void)
{
    PyObject *m;
    PyObject *capsule;

    m = PyModule_Create(&module);
    if (m == NULL) {
        return NULL;
    }

    capsule = PyCapsule_New(&demo_api,
                            "demo._C_API",
                            NULL);
    if (capsule == NULL) {
        Py_DECREF(m);
        return NULL;
    }

    if (PyModule_AddObject(m, "_C_API", capsule) < 0) {
        Py_DECREF(capsule);
        Py_DECREF(m);
        return NULL;
    }

    return m;
}
