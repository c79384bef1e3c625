/* PyPy: the process aborts if the destructor of a capsule calls a setter. */
#include <Python.h>

static int payload;

/* Releases the context, and leaves no dangling pointer to it. */
static void forget_context(PyObject *capsule)
{
    PyMem_Free(PyCapsule_GetContext(capsule));
    PyCapsule_SetContext(capsule, NULL);
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *capsule = PyCapsule_New(&payload, "a.b", forget_context);
    PyCapsule_SetContext(capsule, PyMem_Malloc(1));
    Py_DECREF(capsule);
    PyObject *gc = PyImport_ImportModule("gc");
    Py_XDECREF(PyObject_CallMethod(gc, "collect", NULL));
    Py_DECREF(gc);
    return PyModule_Create(&module);
}
