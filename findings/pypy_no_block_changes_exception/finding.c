/* PyPy: the argument no_block of PyCapsule_Import changes the exception of a
 * failed import, which it does not do from Python 3.11 on. */
#include <Python.h>

/* Returns the exception of a failed import: a new reference. */
static PyObject *exception_of_import(int no_block)
{
    PyObject *type, *value, *traceback;
    PyCapsule_Import("no_such_module.capsule", no_block);
    PyErr_Fetch(&type, &value, &traceback);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return type;
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *blocks = exception_of_import(0), *other = exception_of_import(1);
    int differ = blocks != other && PY_VERSION_HEX >= 0x030B0000;
    Py_XDECREF(blocks);
    Py_XDECREF(other);
    if (differ) {
        PyErr_SetString(PyExc_AssertionError,
                        "no_block changes the exception of PyCapsule_Import");
        return NULL;
    }
    return PyModule_Create(&module);
}
