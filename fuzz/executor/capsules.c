/* The capsule API: makes the calls, and chooses the rules for their results. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"

static bool is_capsule(const struct model_arg *arg)
{
    return arg->tag == VALUE_CAPSULE && arg->capsule != NOTHING;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    PyObject *object = object_of(&args[0]);
    switch ((enum call_op)call->op) {
    case CALL_NEW:
        return (uintptr_t)PyCapsule_New(pointer_of(&args[0]), name_of(&args[1]),
                                        function_of(&args[2]));
    case CALL_GET_POINTER:
        return (uintptr_t)PyCapsule_GetPointer(object, name_of(&args[1]));
    case CALL_GET_DESTRUCTOR:
        return (uintptr_t)PyCapsule_GetDestructor(object);
    case CALL_GET_NAME:
        return (uintptr_t)PyCapsule_GetName(object);
    case CALL_GET_CONTEXT:
        return (uintptr_t)PyCapsule_GetContext(object);
    case CALL_IS_VALID:
        return (uintptr_t)(intptr_t)PyCapsule_IsValid(object,
                                                      name_of(&args[1]));
    case CALL_CHECK_EXACT:
        return (uintptr_t)(intptr_t)PyCapsule_CheckExact(object);
    case CALL_SET_POINTER:
        return (uintptr_t)(intptr_t)PyCapsule_SetPointer(object,
                                                         pointer_of(&args[1]));
    case CALL_SET_DESTRUCTOR:
        return (uintptr_t)(intptr_t)PyCapsule_SetDestructor(
            object, function_of(&args[1]));
    case CALL_SET_NAME:
        return (uintptr_t)(intptr_t)PyCapsule_SetName(object,
                                                      name_of(&args[1]));
    default: /* CALL_SET_CONTEXT */
        return (uintptr_t)(intptr_t)PyCapsule_SetContext(object,
                                                         pointer_of(&args[1]));
    }
}

/* --- what PyCapsule_IsValid() promises of the getters --------------------- */

/* If PyCapsule_IsValid() returned true, all four getters must succeed. */
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

/* If PyCapsule_IsValid() returned false, PyCapsule_GetPointer() with that name
 * must fail. The failure would replace a pending exception, so save the
 * exception first. */
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

static void check(const struct step *step)
{
    const struct model_arg *args = step->args;
    if (step->call->op == CALL_IS_VALID && is_capsule(&args[0])) {
        (step->got ? check_valid : check_invalid)(object_of(&args[0]),
                                                  name_of(&args[1]));
    }
}

/* --- rules ---------------------------------------------------------------- */

static void exercise_related(const struct step *step)
{
    const struct prediction *p = &step->prediction;
    bool with_capsule = is_capsule(&step->args[0]);
    switch ((enum call_op)step->call->op) {
    case CALL_NEW:
        if (p->fails) {
            exercise(RULE_NEW_12, WHEN_FAILS);
        }
        break;
    case CALL_GET_POINTER:
        if (p->fails && with_capsule) {
            exercise(RULE_GETP_5, WHEN_FAILS);
        }
        break;
    case CALL_GET_NAME:
        if (!p->fails) {
            exercise(RULE_GETN_3, WHEN_SUCCEEDS);
        }
        break;
    case CALL_IS_VALID:
        exercise(RULE_VAL_2, p->value ? WHEN_SUCCEEDS : WHEN_FAILS);
        exercise(RULE_VAL_3, with_capsule ? WHEN_SUCCEEDS : WHEN_FAILS);
        break;
    default:
        break;
    }
}

static uint16_t broken_rule(const struct step *step, bool raised)
{
    const struct prediction *p = &step->prediction;
    const struct call *call = step->call;
    uintptr_t got = step->got;
    bool same_status = (got != 0) == (p->value != 0);
    if (call->op == CALL_GET_POINTER && p->fails && got && raised &&
        step->args[0].capsule != NOTHING) {
        return RULE_GETP_5; /* the implementation returned the pointer and
                               raised */
    }
    if (call->op == CALL_GET_NAME && !p->fails && got && p->value &&
        model_names_match((const char *)got, (const char *)p->value)) {
        return RULE_GETN_3; /* the text is right, the address is not */
    }
    if (call->op == CALL_IS_VALID) {
        return same_status ? RULE_VAL_2 : RULE_VAL_1;
    }
    if (CALLS[call->op].nature == NATURE_SETS && same_status) {
        return RULE_SET_ALL_1; /* nonzero, but not -1 */
    }
    if (CALLS[call->op].nature == NATURE_SETS && !p->fails &&
        run.model.capsule[step->args[0].capsule].life == LIFE_DYING) {
        return RULE_DTOR_3; /* the setter refused a capsule that is being
                               destroyed */
    }
    return p->rule;
}

static uint16_t rule_of_wrong_signal(enum call_op op)
{
    switch (op) {
    case CALL_SET_POINTER:
    case CALL_SET_DESTRUCTOR:
    case CALL_SET_NAME:
    case CALL_SET_CONTEXT:
        return RULE_SET_ALL_3;
    case CALL_GET_POINTER:
        return RULE_GETP_2;
    case CALL_IS_VALID:
    case CALL_CHECK_EXACT:
        return RULE_COUNT;
    default: /* CALL_NEW, and getters for which NULL may be a value */
        return RULE_ERR_3;
    }
}

static uint16_t symptom_rule(enum call_op op, enum symptom symptom)
{
    if (symptom == WRONG_SIGNAL) {
        return rule_of_wrong_signal(op);
    }
    return symptom == WRONG_REFERENCES && op == CALL_NEW ? RULE_NEW_1
                                                         : RULE_COUNT;
}

const struct executor_family executor_family_capsules = {
    .perform = perform,
    .check = check,
    .exercise = exercise_related,
    .broken_rule = broken_rule,
    .symptom_rule = symptom_rule,
};
