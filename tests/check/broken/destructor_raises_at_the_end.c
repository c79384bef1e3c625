/* Broken: a module holds the capsule, and its destructor runs as the
 * interpreter ends. An import fails then. */
#include "tests/check/extension.h"

static int payload;

static void release(PyObject *capsule)
{
    (void)capsule;
    PyImport_ImportModule("there_is_no_such_module");
}

FUNCTION(make) { return PyCapsule_New(&payload, "demo.last", release); }

EXTENSION(METHOD(make))
