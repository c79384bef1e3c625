/* Sound: the memory behind the pointer moves, and the owner tells the capsule
 * before anybody asks. A second capsule names a part that stays. */
#include "tests/check/extension.h"

#include <sys/mman.h>

enum { SIZE = 1 << 14 };

FUNCTION(make)
{
    char *before = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PyObject *capsule = PyCapsule_New(before, "demo.moves", NULL);
    PyObject *tag = PyCapsule_New(before + 5000, "demo.tag", NULL);
    char *after = mremap(before, SIZE, SIZE * 64, MREMAP_MAYMOVE);
    PyCapsule_SetPointer(capsule, after);
    PyCapsule_GetPointer(capsule, "demo.moves");
    munmap(after, SIZE * 64);
    Py_DECREF(capsule);
    Py_DECREF(tag);
    return done(0);
}

EXTENSION(METHOD(make))
