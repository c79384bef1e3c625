/* What a call returned against what was predicted. */
#include "fuzz/executor/run.h"

/* Rules that hold besides the one that predicted the value. */
static void exercise_related(const struct call *call,
                             const struct model_arg *args,
                             const struct prediction *p)
{
    const struct model_capsule *capsule =
        args[0].tag == VALUE_CAPSULE && args[0].capsule != NOTHING
            ? &run.model.capsule[args[0].capsule]
            : NULL;
    exercise(RULE_ERR_3, p->fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    if (call->op == CALL_NEW) {
        if (p->fails) {
            exercise(RULE_NEW_12, WHEN_FAILS);
        } else if (args[0].tag == VALUE_ADDRESS) {
            exercise(RULE_NEW_11, WHEN_SUCCEEDS);
        }
    } else if (call->op == CALL_GET_POINTER && p->fails) {
        exercise(RULE_GETP_2, WHEN_FAILS);
        if (capsule) {
            exercise(RULE_GETP_5, WHEN_FAILS);
        }
    } else if (call->op == CALL_GET_NAME && !p->fails) {
        exercise(RULE_GETN_3, WHEN_SUCCEEDS);
    } else if (call->op == CALL_IS_VALID) {
        exercise(RULE_VAL_2, p->value ? WHEN_SUCCEEDS : WHEN_FAILS);
        exercise(RULE_VAL_3, capsule ? WHEN_SUCCEEDS : WHEN_FAILS);
        if (p->value) {
            exercise(RULE_VAL_4, WHEN_SUCCEEDS);
        }
    } else if (is_setter(call->op) && !p->fails) {
        exercise(RULE_SET_ALL_3,
                 run.model.error.set ? WHEN_PENDING : WHEN_SUCCEEDS);
        if (model_references(capsule) > 1) {
            exercise(RULE_SET_ALL_4, WHEN_SUCCEEDS);
        }
        if (capsule->life == LIFE_DYING) {
            exercise(RULE_DTOR_3, WHEN_SUCCEEDS);
        }
        if (call->op == CALL_SET_NAME) {
            exercise(RULE_SETN_3, WHEN_SUCCEEDS);
        } else if (call->op == CALL_SET_CONTEXT) {
            exercise(RULE_CTX_1, WHEN_SUCCEEDS);
        }
    }
}

/* The rule of the prediction, or a more exact one for what came instead. */
static uint16_t broken_rule(const struct call *call,
                            const struct model_arg *args,
                            const struct prediction *p, uintptr_t got,
                            bool raised)
{
    if (call->op == CALL_GET_POINTER && p->fails && got &&
        args[0].capsule != NOTHING && raised) {
        return RULE_GETP_5; /* it knew that it failed */
    }
    if (call->op == CALL_GET_NAME && !p->fails && got && p->value &&
        model_names_match((const char *)got, (const char *)p->value)) {
        return RULE_GETN_3; /* the right text elsewhere */
    }
    if (call->op == CALL_IS_VALID) {
        return (got != 0) == (p->value != 0) ? RULE_VAL_2 : RULE_VAL_1;
    }
    if (is_setter(call->op) && (got != 0) == (p->value != 0)) {
        return RULE_SET_ALL_1; /* nonzero, but not -1 */
    }
    return p->rule;
}

/* At the level `documented`, any nonzero status means failure or true. */
static bool same_status(uintptr_t a, uintptr_t b)
{
    return run.model.profile->observed_rules ? a == b : (a != 0) == (b != 0);
}

void check_value(const struct call *call, const struct model_arg *args,
                 const struct prediction *p, const struct model_error *before,
                 uintptr_t got)
{
    enum yield yields = CALLS[call->op].yields;
    bool right;
    switch (yields) {
    case RESULT_CAPSULE:
        right = call->op != CALL_NEW || (got != 0) == (p->value != 0);
        break;
    case YIELDS_DESTRUCTOR:
        right =
            got ==
            (p->value ? (uintptr_t)destructor_function((int)p->value - 1) : 0);
        break;
    case YIELDS_INT:
        right = same_status(got, p->value);
        break;
    case YIELDS_POINTER:
    case YIELDS_NAME:
        right = got == p->value;
        break;
    case YIELDS_NOTHING:
        if (got == p->value) {
            return;
        }
        right = false;
        break;
    default:
        return;
    }
    if (!right) {
        bool raised = has_raised(before);
        violation(broken_rule(call, args, p, got, raised),
                  describe_outcome(yields, p->value,
                                   p->fails ? describe_error(&run.model.error)
                                            : NULL),
                  describe_outcome(yields == YIELDS_DESTRUCTOR ? YIELDS_NOTHING
                                                               : yields,
                                   got, raised ? describe_pending() : NULL));
    }
    exercise(p->rule, p->fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    exercise_related(call, args, p);
}
