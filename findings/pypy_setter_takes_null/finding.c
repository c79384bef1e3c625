/* PyPy: PyCapsule_SetPointer accepts NULL and makes the capsule useless. */
#include <Python.h>

static int payload;

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *capsule = PyCapsule_New(&payload, "a.b", NULL);
    int result = PyCapsule_SetPointer(capsule, NULL);
    if (result == 0 || !PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_SetString(PyExc_AssertionError,
                        "PyCapsule_SetPointer(c, NULL) succeeds, no "
                        "ValueError");
        return NULL;
    }
    PyErr_Clear();
    if (PyCapsule_GetPointer(capsule, "a.b") != &payload) {
        return NULL;
    }
    Py_DECREF(capsule);
    return PyModule_Create(&module);
}
