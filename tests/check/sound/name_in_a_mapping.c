/* Names lie in a page of their own, which the program protects for a while, and
 * unmaps and maps again between two capsules. */
#include "tests/check/extension.h"

#include <sys/mman.h>

enum { SIZE = 4096 };

static char *page;

FUNCTION(make)
{
    static int payload;
    page = mmap(page, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    strcpy(page, "demo.mapped");
    PyObject *capsule = PyCapsule_New(&payload, page, NULL);
    mprotect(page, SIZE, PROT_NONE);
    mprotect(page, SIZE, PROT_READ);
    return capsule;
}

FUNCTION(use)
{
    if (!PyCapsule_GetPointer(ARGUMENT, page) || !PyCapsule_GetName(ARGUMENT) ||
        PyCapsule_SetName(ARGUMENT, "demo.literal"))
        return NULL;
    munmap(page, SIZE);
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.literal"));
}

EXTENSION(METHOD(make), METHOD(use))
