/* Broken: the name lies in memory that is no longer mapped. */
#include "tests/check/extension.h"

#include <sys/mman.h>

/* So much that nothing was ever mapped in the middle. */
enum { SIZE = 1 << 30 };

FUNCTION(make)
{
    static int payload;
    char *block =
        mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(block, SIZE);
    return PyCapsule_New(&payload, block + SIZE / 2, NULL);
}

EXTENSION(METHOD(make))
