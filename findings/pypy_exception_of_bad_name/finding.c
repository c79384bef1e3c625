/* PyPy ends the process in PyErr_Fetch() after a lookup of an attribute whose
 * name is not UTF-8. */
#include <Python.h>

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *sys = PyImport_ImportModule("sys");
    PyObject *type, *value, *traceback;
    if (PyObject_GetAttrString(sys, "\xff")) {
        PyErr_SetString(PyExc_AssertionError, "the attribute exists");
        return NULL;
    }
    PyErr_Fetch(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    Py_DECREF(sys);
    return PyModule_Create(&module);
}
