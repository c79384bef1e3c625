/* Pointers that are numbers, and one that leads past the end of a block. */
#include "tests/check/extension.h"

FUNCTION(make)
{
    static int array[4];
    PyObject *capsules[] = {PyCapsule_New((void *)1, NULL, NULL),
                            PyCapsule_New((void *)-1, "", NULL),
                            PyCapsule_New(array + 4, "demo.end", NULL)};
    for (int i = 0; i < 3; i++) {
        PyCapsule_GetPointer(capsules[i], PyCapsule_GetName(capsules[i]));
        Py_DECREF(capsules[i]);
    }
    return done(0);
}

EXTENSION(METHOD(make))
