/* PyPy: a capsule takes weak references and attributes. */
#include <Python.h>

static int payload;

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *capsule = PyCapsule_New(&payload, "a.b", NULL);
    PyObject *reference = PyWeakref_NewRef(capsule, NULL);
    if (reference || !PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_SetString(PyExc_AssertionError,
                        "weakref.ref(capsule) succeeds, no TypeError");
        return NULL;
    }
    PyErr_Clear();
    if (PyObject_SetAttrString(capsule, "attribute", Py_None) == 0) {
        PyErr_SetString(PyExc_AssertionError,
                        "capsule.attribute = None succeeds, no AttributeError");
        return NULL;
    }
    PyErr_Clear();
    Py_DECREF(capsule);
    return PyModule_Create(&module);
}
