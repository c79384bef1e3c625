/* Broken: the name is the text of a string object that is dropped. */
#include "tests/check/extension.h"

static int payload;

FUNCTION(make)
{
    PyObject *text = PyBytes_FromFormat("demo.%s", "temporary");
    PyObject *capsule = PyCapsule_New(&payload, PyBytes_AsString(text), NULL);
    Py_DecRef(text);
    return capsule;
}

FUNCTION(use)
{
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.temporary"));
}

EXTENSION(METHOD(make), METHOD(use))
