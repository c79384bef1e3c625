/* PyPy: the setters of capsules end the process, or succeed, if they get an
 * object that is no capsule. Each of them must raise ValueError. */
#include <Python.h>

static int payload;

/* Returns 0 if the setter has failed and raised ValueError. */
static int refused(int result, const char *setter)
{
    if (result != 0 && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        return 0;
    }
    PyErr_Format(PyExc_AssertionError, "%s(None) succeeds, no ValueError",
                 setter);
    return -1;
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    if (refused(PyCapsule_SetPointer(Py_None, &payload), "SetPointer") < 0 ||
        refused(PyCapsule_SetName(Py_None, "a.b"), "SetName") < 0 ||
        refused(PyCapsule_SetContext(Py_None, &payload), "SetContext") < 0 ||
        refused(PyCapsule_SetDestructor(Py_None, NULL), "SetDestructor") < 0) {
        return NULL;
    }
    return PyModule_Create(&module);
}
