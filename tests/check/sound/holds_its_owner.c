/* Sound: the pointer is an object, and the context a reference to an object;
 * the destructor gives both back. The destroyed object destroys a capsule. */
#include "tests/check/extension.h"

static void release(PyObject *capsule)
{
    PyObject *held = PyCapsule_GetPointer(capsule, NULL);
    Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule));
    Py_DECREF(held);
}

static PyObject *around(PyObject *held)
{
    PyObject *capsule = PyCapsule_New(held, NULL, release);
    Py_INCREF(Py_None);
    PyCapsule_SetContext(capsule, Py_None);
    return capsule;
}

FUNCTION(make) { return around(around(around(PyList_New(3)))); }

EXTENSION(METHOD(make))
