/* Calls PyCapsule_IsValid once for each way of finding a function. */
#include "tests/check/extension.h"

#include <dlfcn.h>

typedef int (*is_valid)(PyObject *, const char *);

static is_valid in_data = PyCapsule_IsValid; /* bound as the file is loaded */

__attribute__((constructor)) static void while_it_is_loaded(void)
{
    PyCapsule_IsValid(NULL, "constructor");
}

FUNCTION(make)
{
    is_valid volatile on_the_stack = PyCapsule_IsValid;
    PyCapsule_IsValid(NULL, "direct"); /* PLT or, with -fno-plt, GOT */
    in_data(NULL, "data");
    on_the_stack(NULL, "address");
    ((is_valid)dlsym(RTLD_DEFAULT, "PyCapsule_IsValid"))(NULL, "dlsym");
    ((is_valid)dlsym(NULL, "PyCapsule_IsValid"))(NULL, "dlsym of the program");
    return done(0);
}

EXTENSION(METHOD(make))
