/* Suspicious: capsule and name are attributes of a module, which the end of the
 * interpreter clears one after the other. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    static int payload;
    return PyCapsule_New(&payload, PyBytes_AsString(ARGUMENT), NULL);
}

EXTENSION(METHOD(make))
