/* PyPy: Python code can call the type of capsules, and subclass it.
 *
 * The result is a capsule without a pointer, which only C code can make
 * otherwise, and which no C code expects. */
#include <Python.h>

static int payload;

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *capsule = PyCapsule_New(&payload, "a.b", NULL);
    PyObject *made = PyObject_CallObject((PyObject *)Py_TYPE(capsule), NULL);
    if (made || !PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_SetString(PyExc_AssertionError,
                        "type(capsule)() made an object, no TypeError");
        return NULL;
    }
    PyErr_Clear();
    PyObject *subclass = PyObject_CallFunction(
        (PyObject *)&PyType_Type, "s(O){}", "Sub", Py_TYPE(capsule));
    if (subclass || !PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_SetString(PyExc_AssertionError,
                        "class Sub(type(capsule)) is possible, no TypeError");
        return NULL;
    }
    PyErr_Clear();
    Py_DECREF(capsule);
    return PyModule_Create(&module);
}
