/* Compares the result of a call with the prediction. */
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/destructors.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"
#include "fuzz/executor/world.h"

/* True if the call returned the pointer although the name is wrong. */
static bool leaks_pointer(const struct step *step)
{
    return CALLS[step->call->op].yields == YIELDS_POINTER &&
           step->prediction.fails && step->got &&
           step->args[0].capsule != NOTHING;
}

/* Returns the broken rule: the family's own rule for this result, or the rule
 * of the prediction. */
static uint16_t broken_rule(const struct step *step, bool raised)
{
    const struct executor_family *family = family_of(step->call);
    return family->broken_rule ? family->broken_rule(step, raised)
                               : step->prediction.rule;
}

static void __attribute__((cold))
report_result(uint16_t rule, const struct step *step, bool raised)
{
    const struct prediction *p = &step->prediction;
    enum yield yields = CALLS[step->call->op].yields;
    uintptr_t got = step->got;
    violation(
        rule,
        describe_outcome(yields, p->value,
                         p->fails ? describe_error(&run.model.error) : NULL),
        describe_outcome(yields == YIELDS_DESTRUCTOR ? YIELDS_NOTHING : yields,
                         got, raised ? describe_pending() : NULL));
}

/* The result and the exception must tell the caller the same: failure or
 * success. Looks only at what the call returned and raised, as the caller does,
 * and ignores the prediction. Ignores an exception that was pending before the
 * call. */
static void check_agreement(const struct step *step)
{
    const struct prediction *p = &step->prediction;
    enum call_nature nature = CALLS[step->call->op].nature;
    uint16_t rule = rule_of_symptom(step->call, WRONG_SIGNAL, RULE_COUNT);
    bool pending = PyErr_Occurred() != NULL;
    bool raised = pending && !step->before.set;
    bool failure = nature == NATURE_SETS ? step->got != 0 : step->got == 0;
    if (rule == RULE_COUNT) {
        return; /* the result of this call does not signal failure */
    }
    if (nature == NATURE_ACTS && !p->fails && p->value == 0) {
        return; /* an import that lacks memory may raise nothing */
    }
    if (rule == RULE_ERR_3 && failure && nature != NATURE_CREATES) {
        if (!p->fails && p->value == 0 && raised) {
            report_result(p->rule, step, raised);
        }
        return; /* NULL may be a value */
    }
    if (failure && !pending) {
        report_result(nature == NATURE_CREATES ? RULE_NEW_3 : rule, step,
                      raised);
    }
    if (!failure && raised && !leaks_pointer(step)) {
        report_result(rule, step, raised);
    }
    exercise(rule, failure ? WHEN_FAILS : WHEN_SUCCEEDS);
}

/* True if both statuses mean the same. At the level `documented`, every nonzero
 * status is the same. */
static bool same_status(uintptr_t a, uintptr_t b)
{
    return run.model.profile->observed_rules ? a == b : (a != 0) == (b != 0);
}

void check_value(const struct step *step)
{
    const struct executor_family *family = family_of(step->call);
    const struct call_info *info = &CALLS[step->call->op];
    const struct prediction *p = &step->prediction;
    uintptr_t got = step->got;
    bool right;
    check_agreement(step);
    switch (info->yields) {
    case RESULT_CAPSULE:
        right = info->nature != NATURE_CREATES || (got != 0) == (p->value != 0);
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
        bool raised = has_raised(&step->before);
        report_result(broken_rule(step, raised), step, raised);
    }
    exercise(p->rule, p->fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    if (family->exercise) {
        family->exercise(step);
    }
}
