/* PyPy: the process dies if PyObject_Repr gets a capsule whose name is not
 * UTF-8. */
#include <Python.h>

static int payload;

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *capsule = PyCapsule_New(&payload, "\xfe", NULL);
    PyObject *text = PyObject_Repr(capsule);
    Py_DECREF(capsule);
    if (!text) {
        return NULL;
    }
    Py_DECREF(text);
    return PyModule_Create(&module);
}
