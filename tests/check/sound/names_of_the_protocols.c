/* Payloads that are no structures, under the names of the protocols, which they
 * lose again. */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    static const struct tensor constant = {0};
    static char text[8] = "text";
    PyObject *capsules[] = {PyCapsule_New((void *)8, "dltensor", NULL),
                            PyCapsule_New(text, "arrow_array", NULL),
                            PyCapsule_New((void *)&constant, "dltensor", NULL)};
    for (int i = 0; i < 3; i++) {
        if (PyCapsule_SetName(capsules[i], NULL) ||
            !PyCapsule_GetPointer(capsules[i], NULL))
            return NULL;
        Py_DECREF(capsules[i]);
    }
    return done(0);
}

EXTENSION(METHOD(make))
