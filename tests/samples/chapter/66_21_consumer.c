/* Capsules chapter, 66.21: an extension that uses the table of 66.20. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
    int version;
    PyObject *(*add_one)(PyObject *);
} DemoAPI;

static DemoAPI *demo_api = NULL;

static int
import_demo_api(void)
{
    PyObject *mod;
    PyObject *capsule;

    mod = PyImport_ImportModule("demo");
    if (mod == NULL) {
        return -1;
    }

    capsule = PyObject_GetAttrString(mod, "_C_API");
    Py_DECREF(mod);

    if (capsule == NULL) {
        return -1;
    }

    demo_api = PyCapsule_GetPointer(capsule,
                                    "demo._C_API");
    Py_DECREF(capsule);

    if (demo_api == NULL) {
        return -1;
    }

    if (demo_api->version != 1) {
        PyErr_SetString(PyExc_RuntimeError,
                        "unsupported demo C API version");
        demo_api = NULL;
        return -1;
    }

    return 0;
}

static PyObject *
call_add_one(PyObject *self, PyObject *args)
{
    PyObject *obj;

    if (!PyArg_ParseTuple(args, "O", &obj)) {
        return NULL;
    }

    if (demo_api == NULL) {
        if (import_demo_api() < 0) {
            return NULL;
        }
    }

    return demo_api->add_one(obj);
}
