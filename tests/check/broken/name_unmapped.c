/* Broken: the name lies in a page that is no longer mapped. */
#include "tests/check/extension.h"

#include <sys/mman.h>

FUNCTION(make)
{
    static int payload;
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page, 4096);
    return PyCapsule_New(&payload, page, NULL);
}

EXTENSION(METHOD(make))
