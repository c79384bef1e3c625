/* The free-threaded CPython 3.13 never frees a module that exists when a second
 * interpreter starts, nor what the module holds.
 *
 * Puts a capsule into a module, starts and ends an interpreter, removes the
 * module from sys.modules and collects. Nothing refers to the capsule after
 * that, so that its destructor must have run. */
#include <Python.h>

static int destroyed;

static void count(PyObject *capsule)
{
    (void)capsule;
    destroyed++;
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *capsule = PyCapsule_New(&destroyed, "held.capsule", count);
    PyModule_AddObject(PyImport_AddModule("held"), "capsule", capsule);
    PyThreadState *here = PyThreadState_Get();
    Py_EndInterpreter(Py_NewInterpreter());
    PyThreadState_Swap(here);
    PyDict_DelItemString(PyImport_GetModuleDict(), "held");
    PyGC_Collect();
    if (!destroyed) {
        PyErr_SetString(PyExc_AssertionError, "the module was not freed");
        return NULL;
    }
    return PyModule_Create(&module);
}
