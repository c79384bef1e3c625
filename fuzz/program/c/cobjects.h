/* PyCObject, its import and its warnings. */
#ifndef FUZZ_PROGRAM_C_COBJECTS_H
#define FUZZ_PROGRAM_C_COBJECTS_H

#include <Python.h>

/* The PyCObject of the program. */
static PyObject *cobject;

static void cobject_destructor(void *pointer) { (void)pointer; }

static void cobject_destructor_with_desc(void *pointer, void *desc)
{
    (void)pointer;
    (void)desc;
}

/* Creates a PyCObject: with a description if `how` is 2 or 3, with a destructor
 * if `how` is odd. Returns 1, or 0 on failure. */
static int new_cobject(void *pointer, void *desc, unsigned how)
{
    Py_XDECREF(cobject);
    if (how % 4 < 2) {
        cobject =
            PyCObject_FromVoidPtr(pointer, how % 2 ? cobject_destructor : NULL);
    } else {
        cobject = PyCObject_FromVoidPtrAndDesc(
            pointer, desc, how % 2 ? cobject_destructor_with_desc : NULL);
    }
    return cobject != NULL;
}

/* Returns the result of PyCObject_Import(). If `there`, the object is an
 * attribute of a module during the call. */
static void *import_cobject(PyObject *object, int there)
{
    static char module_name[] = "cobjects", name[] = "cap";
    PyObject *modules = PyImport_GetModuleDict();
    if (there) {
        PyObject *module = PyImport_AddModule(module_name);
        if (object != NULL) {
            PyObject_SetAttrString(module, name, object);
        }
    }
    void *pointer = PyCObject_Import(module_name, name);
    if (there) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyDict_DelItemString(modules, module_name);
        PyErr_Restore(type, value, traceback);
    }
    return pointer;
}

static void set_warnings(int of_python_3, int are_errors)
{
    PyObject *warnings = PyImport_ImportModule("warnings");
    Py_XDECREF(PyObject_CallMethod(warnings, (char *)"simplefilter",
                                   (char *)"s",
                                   are_errors ? "error" : "ignore"));
    Py_XDECREF(warnings);
    Py_Py3kWarningFlag = of_python_3;
}

/* Restores the filters that Python starts with, and removes the module. */
static void end_warnings(void)
{
    PyObject *warnings = PyImport_ImportModule("warnings");
    PyObject *ignored[] = {PyExc_DeprecationWarning,
                           PyExc_PendingDeprecationWarning};
    Py_XDECREF(PyObject_CallMethod(warnings, (char *)"resetwarnings", NULL));
    for (int i = 0; i < 2; i++) {
        Py_XDECREF(PyObject_CallMethod(warnings, (char *)"simplefilter",
                                       (char *)"sO", "ignore", ignored[i]));
    }
    Py_XDECREF(warnings);
    PyDict_DelItemString(PyImport_GetModuleDict(), "warnings");
    Py_Py3kWarningFlag = 0;
}

#endif
