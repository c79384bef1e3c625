/* Broken: the context is a local variable of a function that has returned. */
#include "tests/check/extension.h"

struct state {
    int count;
    char text[40];
};

__attribute__((noinline)) static PyObject *made(void)
{
    static int payload;
    struct state state = {5, "local"};
    PyObject *capsule = PyCapsule_New(&payload, "demo.context", NULL);
    if (PyCapsule_SetContext(capsule, &state))
        return NULL;
    return capsule;
}

FUNCTION(make) { return made(); }

FUNCTION(use)
{
    struct state *state = PyCapsule_GetContext(ARGUMENT);
    return PyLong_FromLong(state->count);
}

EXTENSION(METHOD(make), METHOD(use))
