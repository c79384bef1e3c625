/* BUG-2, the producer: its table has a new member, but the old version. */
#include "tests/common_mistakes/abi_mismatch.h"

static PyObject *add_one(PyObject *number)
{
    long value = PyLong_AsLong(number);
    return value == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(value + 1);
}

static void reset(void) {}

static struct table_with_a_function with_a_function = {1, reset, add_one};
static struct table_with_a_number with_a_number = {1, 0x17, add_one};

PyObject *new_capsule_with_a_function(void)
{
    return PyCapsule_New(&with_a_function, "demo._C_API", NULL);
}

PyObject *new_capsule_with_a_number(void)
{
    return PyCapsule_New(&with_a_number, "demo._C_API", NULL);
}
