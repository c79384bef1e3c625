/* BUG-2, the consumer: compiled with the layout of the first edition. */
#include "capsule/api_table.h"
#include "tests/common_mistakes/abi_mismatch.h"
#include "tests/common_mistakes/common_mistakes.h"

/* Does what the chapter's sample in 66.21 does, with a given capsule. Steals
 * the reference. */
static int call_add_one(PyObject *capsule)
{
    const struct table_as_it_was *table =
        PyCapsule_GetPointer(capsule, "demo._C_API");
    Py_XDECREF(capsule);
    if (table == NULL) {
        return -1;
    }
    if (table->version != 1) {
        PyErr_SetString(PyExc_RuntimeError, "unsupported demo C API version");
        return -1;
    }
    PyObject *number = PyLong_FromLong(41);
    PyObject *sum = table->add_one(number);
    Py_DECREF(number);
    Py_XDECREF(sum);
    return sum ? 0 : -1;
}

int abi_mismatch_function(void)
{
    return call_add_one(new_capsule_with_a_function());
}

int abi_mismatch_number(void)
{
    return call_add_one(new_capsule_with_a_number());
}

bool abi_mismatch_seen_by_the_compiler(void)
{
    return !API_TABLE_SAME_PLACE(struct table_as_it_was,
                                 struct table_with_a_function, add_one) &&
           !API_TABLE_SAME_PLACE(struct table_as_it_was,
                                 struct table_with_a_number, add_one);
}
