/* Broken: PyCapsule_Import is called while an exception is pending. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    PyErr_SetString(PyExc_KeyError, "of the caller");
    PyCapsule_Import("demo_module_that_does_not_exist._C_API", 0);
    PyErr_Clear();
    return done(0);
}

EXTENSION(METHOD(make))
