/* Performs the calls that do one thing many times, with the functions of
 * fuzz/program/c/bulk.h, which emitted C calls too. */
#include "fuzz/program/c/bulk.h"

#include "capsule/host.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/world.h"

static const char *lacks(enum call_op op)
{
    (void)op;
    return host_profile()->deferred_destruction ? "destruction at once" : NULL;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    PyObject *object = object_of(&args[0]);
    bulk_wrong = NULL;
    switch ((enum call_op)call->op) {
    case CALL_TAKE_REFERENCES:
        take_references(object, args[1].number);
        return 0;
    case CALL_DROP_REFERENCES:
        drop_references(object, args[1].number);
        return 0;
    case CALL_MAKE_CAPSULES:
        return (uintptr_t)make_capsules(args[0].number, args[1].number);
    case CALL_SET_FIELDS:
        return (uintptr_t)set_fields(object, args[1].number);
    case CALL_LOOK:
        return (uintptr_t)look(object, name_of(&args[1]), args[2].number);
    default: /* CALL_DROP_CHAIN */
        return (uintptr_t)drop_chain(args[0].number);
    }
}

/* Makes the call without a failing allocation: the failure that a program has
 * requested waits for a call of another family. */
static uintptr_t perform_step(struct step *step)
{
    return perform(step->call, step->args);
}

/* Returns the rule of the first function that returned a wrong value. */
static uint16_t broken_rule(const struct step *step, bool raised)
{
    static const struct {
        const char *function;
        uint16_t rule;
    } RULES[] = {
        {"PyCapsule_New", RULE_NEW_1},
        {"PyCapsule_GetPointer", RULE_GETP_1},
        {"PyCapsule_GetName", RULE_GETN_1},
        {"PyCapsule_GetContext", RULE_GETC_1},
        {"PyCapsule_GetDestructor", RULE_GETD_1},
        {"PyCapsule_IsValid", RULE_VAL_1},
        {"PyCapsule_SetPointer", RULE_SETP_1},
        {"PyCapsule_SetName", RULE_SETN_1},
        {"PyCapsule_SetContext", RULE_SETC_1},
        {"PyCapsule_SetDestructor", RULE_SETD_1},
        {"Py_DECREF", RULE_DTOR_1},
    };
    (void)raised;
    for (size_t i = 0; bulk_wrong && i < sizeof RULES / sizeof *RULES; i++) {
        if (strcmp(RULES[i].function, bulk_wrong) == 0) {
            return RULES[i].rule;
        }
    }
    return step->prediction.rule;
}

const struct executor_family executor_family_bulk = {
    .lacks = lacks,
    .perform = perform,
    .perform_step = perform_step,
    .broken_rule = broken_rule,
};
