/* Suspicious: a consumer moves structures out and never releases them. */
#include "tests/check/protocols.h"

static struct schema moved[3];

FUNCTION(make)
{
    for (int i = 0; i < 3; i++) {
        PyObject *capsule =
            PyCapsule_New(new_schema(), "arrow_schema", release_offered_schema);
        struct schema *original = PyCapsule_GetPointer(capsule, "arrow_schema");
        moved[i] = *original;
        original->release = NULL;
        Py_DECREF(capsule);
    }
    return done(0);
}

EXTENSION(METHOD(make))
