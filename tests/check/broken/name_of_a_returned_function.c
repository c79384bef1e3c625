/* Broken: the name is on the stack of a function that has returned before the
 * capsule is made. */
#include "tests/check/extension.h"

static int payload;

__attribute__((noinline)) static const char *name_of(const char *part)
{
    char name[64];
    const char *volatile result = name;
    snprintf(name, sizeof name, "demo.%s", part);
    return result;
}

FUNCTION(make) { return PyCapsule_New(&payload, name_of("returned"), NULL); }

EXTENSION(METHOD(make))
