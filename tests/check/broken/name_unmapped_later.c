/* Broken: the page of the name is unmapped while the capsule lives. The
 * interpreter does not read the name; nor may the checker. */
#include "tests/check/extension.h"

#include <sys/mman.h>

enum { SIZE = 4096 };

FUNCTION(make)
{
    static int payload;
    char *name = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(name, "demo.mapped");
    PyObject *capsule = PyCapsule_New(&payload, name, NULL);
    munmap(name, SIZE);
    return capsule;
}

FUNCTION(use)
{
    PyErr_Clear();
    if (!PyCapsule_GetPointer(ARGUMENT, NULL))
        PyErr_Clear();
    return done(!PyCapsule_GetName(ARGUMENT));
}

EXTENSION(METHOD(make), METHOD(use))
