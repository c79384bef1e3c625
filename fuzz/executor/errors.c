/* The error indicator: the program sets, clears, saves and restores it. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/call.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/world.h"
#include "fuzz/program/c/exceptions.h"

static uintptr_t raise_exception(PyObject *type)
{
    PyErr_SetNone(type);
    return PyErr_Occurred() == type ? 0 : CALL_FAILED;
}

static void save_error(struct level *level)
{
    PyErr_Fetch(&level->saved_type, &level->saved_value,
                &level->saved_traceback);
}

static void restore_error(struct level *level)
{
    PyErr_Restore(level->saved_type, level->saved_value,
                  level->saved_traceback);
    level->saved_type = level->saved_value = level->saved_traceback = NULL;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    switch ((enum call_op)call->op) {
    case CALL_RAISE:
        return raise_exception(world.exception_type[args[0].index]);
    case CALL_RAISE_TEXT:
        PyErr_SetString(world.exception_type[args[0].index], name_of(&args[1]));
        return PyErr_Occurred() == world.exception_type[args[0].index]
                   ? 0
                   : CALL_FAILED;
    case CALL_RAISE_CHAINED:
        return raise_chained(world.exception_type[args[0].index],
                             name_of(&args[1])) == 0
                   ? 0
                   : CALL_FAILED;
    case CALL_CLEAR_ERROR:
        PyErr_Clear();
        return 0;
    case CALL_SAVE_ERROR:
        save_error(current_level());
        return 0;
    default: /* CALL_RESTORE_ERROR */
        restore_error(current_level());
        return 0;
    }
}

/* Raises a chained exception without a failing allocation: the failure that a
 * program has requested waits for another call. */
static uintptr_t perform_step(struct step *step)
{
    if (step->call->op == CALL_RAISE_CHAINED) {
        return perform(step->call, step->args);
    }
    return perform_with_failures(step);
}

const struct executor_family executor_family_errors = {
    .perform = perform,
    .perform_step = perform_step,
};
