/* Broken: the name lies in a page that held the name of an earlier capsule, and
 * is unmapped when the next capsule is made. */
#include "tests/check/extension.h"

#include <sys/mman.h>

enum { SIZE = 4096 };

FUNCTION(make)
{
    static int payload;
    char *name = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(name, "demo.mapped");
    Py_DECREF(PyCapsule_New(&payload, name, NULL));
    munmap(name, SIZE);
    return PyCapsule_New(&payload, name, NULL);
}

EXTENSION(METHOD(make))
