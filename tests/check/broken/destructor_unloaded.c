/* Broken: the destructor is part of a library that is unloaded. */
#include "tests/check/extension.h"

#include <dlfcn.h>

FUNCTION(make)
{
    void *library = dlopen("./library.so", RTLD_NOW);
    PyObject *(*make_destroyed)(void) =
        (PyObject * (*)(void)) dlsym(library, "make_destroyed");
    PyObject *capsule = make_destroyed();
    dlclose(library);

    return capsule;
}

EXTENSION(METHOD(make))
