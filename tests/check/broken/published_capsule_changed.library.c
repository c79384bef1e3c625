/* Another module that publishes a capsule. */
#include "tests/check/extension.h"

PyObject *published(void)
{
    static int table;
    PyObject *capsule = PyCapsule_New(&table, "library.table", NULL);
    return capsule;
}
