/* BUG-4: the capsule owns heap memory and never frees it. */
#include "tests/common_mistakes/common_mistakes.h"

static PyObject *new_buffer(void)
{
    return PyCapsule_New(malloc(4096), "library.buffer", NULL);
}

int missing_destructor(void)
{
    /* Leak several blocks: LeakSanitizer may still find a pointer to the last
     * one in a register. */
    for (int i = 0; i < 8; i++) {
        PyObject *capsule = new_buffer();
        if (capsule == NULL) {
            return -1;
        }
        Py_DECREF(capsule);
    }
    return 0;
}
