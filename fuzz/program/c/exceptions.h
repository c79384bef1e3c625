/* Exceptions with a cause, a context and a note. The executor calls these
 * functions too. */
#ifndef FUZZ_PROGRAM_C_EXCEPTIONS_H
#define FUZZ_PROGRAM_C_EXCEPTIONS_H

#include <Python.h>

/* Sets the attribute and drops the reference to the value, which may be NULL
 * after a failure. Returns 0 on success. */
static int chain_part(PyObject *exception, const char *name, PyObject *value)
{
    int status = value ? PyObject_SetAttrString(exception, name, value) : -1;
    Py_XDECREF(value);
    return status;
}

/* Raises an exception with that text, a cause, a context and a note. Returns 0,
 * or -1 if a part cannot be made; then the exception may lack parts. */
static int raise_chained(PyObject *type, const char *text)
{
    PyObject *raised, *exception, *traceback;
    PyErr_SetString(type, text);
    PyErr_Fetch(&raised, &exception, &traceback);
    PyErr_NormalizeException(&raised, &exception, &traceback);
    PyObject *notes = PyList_New(0);
    PyObject *note = PyUnicode_FromString("a note");
    int status = notes && note ? PyList_Append(notes, note) : -1;
    Py_XDECREF(note);
    status |= chain_part(exception, "__cause__",
                         PyObject_CallObject(PyExc_KeyError, NULL));
    status |= chain_part(exception, "__context__",
                         PyObject_CallObject(PyExc_TypeError, NULL));
    status |= chain_part(exception, "__notes__", notes);
    PyErr_Restore(raised, exception, traceback);
    return status;
}

#endif
