/* Broken: the name is a member of a struct that is freed. */
#include "tests/check/extension.h"

struct library {
    int version;
    char name[40];
};

static int payload;

FUNCTION(make)
{
    struct library *library = malloc(sizeof *library);
    strcpy(library->name, "demo.member");
    PyObject *capsule = PyCapsule_New(&payload, library->name, NULL);
    free(library);
    return capsule;
}

FUNCTION(use) { return done(!PyCapsule_GetName(ARGUMENT)); }

EXTENSION(METHOD(make), METHOD(use))
