/* References to capsules, those in cycles, and the collector. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/rules.h"

/* Appends the list to itself last. Before that, a failed step can free the list
 * without the collector. */
static uintptr_t leave_in_cycle(PyObject *capsule)
{
    PyObject *list = PyList_New(0);
    if (list == NULL || PyList_Append(list, capsule) < 0 ||
        PyList_Append(list, list) < 0) {
        Py_XDECREF(list);
        return CALL_FAILED;
    }
    Py_DECREF(list);
    Py_DECREF(capsule);
    return 0;
}

/* A capsule that was in a cycle survives if it has other references. */
static void collect(void)
{
    host_collect();
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        if (run.model.capsule[run.model.alive[i]].uncollected > 0) {
            exercise(RULE_DTOR_11, WHEN_SUCCEEDS);
        }
    }
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    PyObject *object =
        CALLS[call->op].arg_count > 0 ? object_of(&args[0]) : NULL;
    switch ((enum call_op)call->op) {
    case CALL_INCREF:
    case CALL_NEW_REF:
        Py_INCREF(object);
        return 0;
    case CALL_DECREF:
        Py_DECREF(object);
        return 0;
    case CALL_LEAVE_IN_CYCLE:
        return leave_in_cycle(object);
    default: /* CALL_COLLECT */
        collect();
        return 0;
    }
}

const struct executor_family executor_family_references = {
    .perform = perform,
};
