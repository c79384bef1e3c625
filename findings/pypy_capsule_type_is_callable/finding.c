/* PyPy: Python code can copy a capsule, call the type of capsules, and subclass
 * it.
 *
 * The result is a capsule without a pointer. Only C code makes capsules
 * otherwise, and no C code expects one without a pointer. */
#include <Python.h>

static int payload;

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *capsule = PyCapsule_New(&payload, "a.b", NULL);
    PyObject *module_copy = PyImport_ImportModule("copy");
    PyObject *copied = PyObject_CallMethod(module_copy, "copy", "O", capsule);
    if (copied || !PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_SetString(PyExc_AssertionError,
                        "copy.copy(capsule) is possible, no TypeError");
        return NULL;
    }
    PyErr_Clear();
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
    Py_DECREF(module_copy);
    Py_DECREF(capsule);
    return PyModule_Create(&module);
}
