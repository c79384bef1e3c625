/* Suspicious: a capsule that another object publishes gets a destructor. */
#include "tests/check/extension.h"

#include <dlfcn.h>

static void release(PyObject *capsule) { (void)capsule; }

FUNCTION(make)
{
    void *library = dlopen("./library.so", RTLD_NOW);
    PyObject *(*published)(void) = dlsym(library, "published");
    PyObject *capsule = published();
    if (PyCapsule_SetDestructor(capsule, release))
        return NULL;
    return capsule;
}

EXTENSION(METHOD(make))
