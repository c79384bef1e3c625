/* Broken: the name is part of a library that is unloaded. */
#include "tests/check/extension.h"

#include <dlfcn.h>

FUNCTION(make)
{
    void *library = dlopen("./library.so", RTLD_NOW);
    PyObject *(*make_named)(void) =
        (PyObject * (*)(void)) dlsym(library, "make_named");
    PyObject *capsule = make_named();
    dlclose(library);
    return capsule;
}

EXTENSION(METHOD(make))
