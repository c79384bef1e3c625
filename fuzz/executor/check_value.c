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
    if (call->op == CALL_NEW && p->fails) {
        exercise(RULE_NEW_12, WHEN_FAILS);
    } else if (call->op == CALL_GET_POINTER && p->fails && capsule) {
        exercise(RULE_GETP_5, WHEN_FAILS);
    } else if (call->op == CALL_GET_NAME && !p->fails) {
        exercise(RULE_GETN_3, WHEN_SUCCEEDS);
    } else if (call->op == CALL_IS_VALID) {
        exercise(RULE_VAL_2, p->value ? WHEN_SUCCEEDS : WHEN_FAILS);
        exercise(RULE_VAL_3, capsule ? WHEN_SUCCEEDS : WHEN_FAILS);
    }
}

/* The pointer comes although the name is wrong. */
static bool leaks_pointer(const struct call *call, const struct model_arg *args,
                          const struct prediction *p, uintptr_t got)
{
    return call->op == CALL_GET_POINTER && p->fails && got &&
           args[0].capsule != NOTHING;
}

/* The rule of the prediction, or a more exact one for what came instead. */
static uint16_t broken_rule(const struct call *call,
                            const struct model_arg *args,
                            const struct prediction *p, uintptr_t got,
                            bool raised)
{
    if (leaks_pointer(call, args, p, got) && raised) {
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
    if (is_setter(call->op) && !p->fails &&
        run.model.capsule[args[0].capsule].life == LIFE_DYING) {
        return RULE_DTOR_3; /* refused because it is being destroyed */
    }
    if (call->op == CALL_IMPORT && !p->fails && got == 0) {
        return refused_import_rule(p);
    }
    return p->rule;
}

static void __attribute__((cold)) report_result(uint16_t rule,
                                                const struct call *call,
                                                const struct prediction *p,
                                                uintptr_t got, bool raised)
{
    enum yield yields = CALLS[call->op].yields;
    violation(
        rule,
        describe_outcome(yields, p->value,
                         p->fails ? describe_error(&run.model.error) : NULL),
        describe_outcome(yields == YIELDS_DESTRUCTOR ? YIELDS_NOTHING : yields,
                         got, raised ? describe_pending() : NULL));
}

/* The rule by which what a function returns and the exception that it leaves
 * tell its caller the same; RULE_COUNT where what it returns tells nothing. */
static uint16_t agreement_rule(enum call_op op)
{
    switch (op) {
    case CALL_SET_POINTER:
    case CALL_SET_DESTRUCTOR:
    case CALL_SET_NAME:
    case CALL_SET_CONTEXT:
        return RULE_SET_ALL_3;
    case CALL_GET_POINTER:
        return RULE_GETP_2;
    case CALL_IMPORT:
        return RULE_IMP_5;
    case CALL_NEW:
    case CALL_GET_DESTRUCTOR:
    case CALL_GET_NAME:
    case CALL_GET_CONTEXT:
        return RULE_ERR_3;
    default:
        return RULE_COUNT;
    }
}

/* Looks at what came alone, as the caller has to; what was predicted does not
 * matter. An exception that was pending before the call is no sign. */
static void check_agreement(const struct call *call,
                            const struct model_arg *args,
                            const struct prediction *p,
                            const struct model_error *before, uintptr_t got)
{
    uint16_t rule = agreement_rule((enum call_op)call->op);
    bool pending = PyErr_Occurred() != NULL;
    bool raised = pending && !before->set;
    bool failure = is_setter(call->op) ? got != 0 : got == 0;
    if (rule == RULE_COUNT || (call->op == CALL_IMPORT && !p->fails &&
                               p->value == 0 /* lacks memory in silence */)) {
        return;
    }
    if (rule == RULE_ERR_3 && failure && call->op != CALL_NEW) {
        if (!p->fails && p->value == 0 && raised) {
            report_result(p->rule, call, p, got, raised);
        }
        return; /* NULL may be a value */
    }
    if (failure && !pending) {
        report_result(call->op == CALL_NEW ? RULE_NEW_3 : rule, call, p, got,
                      raised);
    }
    if (!failure && raised && !leaks_pointer(call, args, p, got)) {
        report_result(rule, call, p, got, raised);
    }
    exercise(rule, failure ? WHEN_FAILS : WHEN_SUCCEEDS);
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
    check_agreement(call, args, p, before, got);
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
        report_result(broken_rule(call, args, p, got, raised), call, p, got,
                      raised);
    }
    exercise(p->rule, p->fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    exercise_related(call, args, p);
}
