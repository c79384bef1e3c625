/* Broken: the deleter of the tensor lies in a library that is unloaded. */
#include "tests/check/protocols.h"

#include <dlfcn.h>

static void *library;

FUNCTION(make)
{
    struct tensor *tensor = new_tensor();
    Dl_info info;
    char path[4096];
    dladdr((void *)make, &info);
    strcpy(path, info.dli_fname);
    strcpy(strrchr(path, '/'), "/library.so");
    library = dlopen(path, RTLD_NOW);
    *(void **)&tensor->deleter = dlsym(library, "delete_tensor");
    return PyCapsule_New(tensor, "dltensor", release_offered_tensor);
}

FUNCTION(use)
{
    struct tensor *tensor = PyCapsule_GetPointer(ARGUMENT, "dltensor");
    PyCapsule_SetName(ARGUMENT, "used_dltensor");
    dlclose(library);
    tensor->deleter(tensor);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
