/* Broken: the pointer leads into the frame of a function that has returned. */
#include "tests/check/extension.h"

static void *__attribute__((noinline)) local(void)
{
    volatile char buffer[256];
    char *volatile result = (char *)buffer;
    buffer[0] = 0;
    return result;
}

FUNCTION(make) { return PyCapsule_New(local(), "demo.returned", NULL); }

EXTENSION(METHOD(make))
