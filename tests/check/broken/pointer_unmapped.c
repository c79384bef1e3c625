/* Broken: the memory behind the pointer is a mapping that its owner unmaps. */
#include "tests/check/extension.h"

#include <sys/mman.h>

enum { SIZE = 1 << 16 };
static void *mapping;

FUNCTION(make)
{
    mapping = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return PyCapsule_New(mapping, "demo.mapped", NULL);
}

FUNCTION(use)
{
    munmap(mapping, SIZE);
    return done(!PyCapsule_GetPointer(ARGUMENT, "demo.mapped"));
}

EXTENSION(METHOD(make), METHOD(use))
