/* What PyCapsule_IsValid() promises of the getters. */
#include "fuzz/executor/run.h"

/* After true all four give what they have. */
static void check_valid(PyObject *object, const char *name)
{
    const void *pointer = PyCapsule_GetPointer(object, name);
    if (pointer) {
        PyCapsule_GetName(object);
        PyCapsule_GetContext(object);
        PyCapsule_GetDestructor(object);
    } else {
        violation(RULE_VAL_4, "PyCapsule_GetPointer with that name succeeds",
                  describe_outcome(YIELDS_POINTER, 0, describe_pending()));
    }
    check_indicator(RULE_VAL_4);
    exercise(RULE_VAL_4, WHEN_SUCCEEDS);
}

/* After false the pointer is not to be had by that name. Asked without the
 * pending exception, which the failure would replace. */
static void check_invalid(PyObject *object, const char *name)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    const void *pointer = PyCapsule_GetPointer(object, name);
    if (pointer) {
        violation(RULE_VAL_5, "PyCapsule_GetPointer with that name fails",
                  describe_outcome(YIELDS_POINTER, (uintptr_t)pointer, NULL));
    }
    PyErr_Clear();
    PyErr_Restore(type, value, traceback);
    exercise(RULE_VAL_5, WHEN_FAILS);
}

void check_validity(const struct model_arg *args, bool valid)
{
    const char *name = (const char *)args[1].value.address;
    if (args[0].tag == VALUE_CAPSULE && args[0].capsule != NOTHING) {
        (valid ? check_valid : check_invalid)(object_of(&args[0]), name);
    }
}
