/* Calls about DLPack tensors and Arrow structs, and checks after them. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/exchange.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"

/* Tells the model where the names of the headers are. */
static void start(void)
{
    for (int i = 0; i < STRUCT_KINDS; i++) {
        model_name_structs((enum struct_kind)i, exchange_name(i, false),
                           exchange_name(i, true));
    }
}

static uintptr_t offer(const struct call *call, const struct model_arg *args)
{
    PyCapsule_Destructor destructor =
        destructor_function(DESTRUCTOR_end_exchange);
    PyObject *capsule =
        call->op == CALL_OFFER_STRUCT
            ? exchange_offer(name_of(&args[0]), name_of(&args[1]), destructor)
            : exchange_hostile_offer(name_of(&args[0]), name_of(&args[1]),
                                     destructor);
    if (capsule) {
        run.model.protocols.offered = (uintptr_t)exchange_struct();
    }
    return (uintptr_t)capsule;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    int got;
    switch ((enum call_op)call->op) {
    case CALL_OFFER_STRUCT:
    case CALL_HOSTILE_OFFER:
        return offer(call, args);
    case CALL_TAKE_STRUCT:
        got = exchange_take(object_of(&args[0]), name_of(&args[1]),
                            args[2].number);
        break;
    case CALL_RELEASE_STRUCT:
        got = exchange_release(args[0].number);
        break;
    case CALL_HOSTILE_TAKE:
        got = exchange_hostile_take(object_of(&args[0]), name_of(&args[1]),
                                    args[2].number);
        break;
    case CALL_HOSTILE_RELEASE:
        got = exchange_hostile_release(args[0].number);
        break;
    default: /* CALL_END_EXCHANGE */
        got = exchange_end(object_of(&args[0]));
        break;
    }
    return (uintptr_t)(intptr_t)got;
}

/* --- checks --------------------------------------------------------------- */

/* Returns the rule that is broken if this call releases the resource too often
 * or not at all. */
static uint16_t rule_of_release(enum call_op op, int kind)
{
    switch (op) {
    case CALL_TAKE_STRUCT:
        return struct_is_dlpack(kind) ? RULE_DLPACK_1 : RULE_ARROW_1;
    case CALL_END_EXCHANGE:
        return struct_is_dlpack(kind) ? RULE_DLPACK_3 : RULE_ARROW_4;
    default:
        return struct_is_dlpack(kind) ? RULE_DLPACK_2 : RULE_ARROW_2;
    }
}

static void check_releases(enum call_op op, int n, int kind, int expected)
{
    int got = exchange_releases(n);
    if (got != expected) {
        violation(rule_of_release(op, kind),
                  describe_count("releases of the struct", expected),
                  describe_count("releases of the struct", got));
    }
}

/* A consumer that moves an Arrow struct marks the original; a callback marks
 * the struct that it releases. */
static void check_mark(enum call_op op, int n, const struct model_exchange *e)
{
    if (struct_is_dlpack(e->kind) || e->ended) {
        return;
    }
    uint16_t rule = op == CALL_TAKE_STRUCT ? RULE_ARROW_1 : RULE_ARROW_3;
    bool got = exchange_is_marked(n);
    if (got != e->marked) {
        violation(rule,
                  e->marked ? "the struct in the capsule is marked as released"
                            : "the struct in the capsule is not marked",
                  got ? "it is marked" : "it is not marked");
    }
    exercise(rule, WHEN_SUCCEEDS);
}

/* A consumer that takes a tensor renames the capsule. No other check notices a
 * capsule that the call has left as it was. */
static void check_name(const struct step *step)
{
    const struct model_capsule *capsule =
        &run.model.capsule[step->args[0].capsule];
    uintptr_t got;
    if (find_difference(capsule, &got) == FIELD_NAME) {
        report_difference(capsule, FIELD_NAME, got, capsule->rule[FIELD_NAME]);
    }
}

/* The destructor of the producer must be in the new capsule. A program that
 * goes on without it would show that as a struct which is never released. */
static void check_destructor(int n)
{
    if (!exchange_has_destructor(n)) {
        violation(RULE_NEW_7, "the capsule has the destructor of its producer",
                  "the capsule has no destructor");
    }
}

static void check(const struct step *step)
{
    const struct model_protocols *protocols = &run.model.protocols;
    enum call_op op = (enum call_op)step->call->op;

    for (int i = 0; i < protocols->count; i++) {
        const struct model_exchange *e = &protocols->exchange[i];
        check_releases(op, i, e->kind, e->released);
        check_mark(op, i, e);
    }
    if (op == CALL_TAKE_STRUCT && !step->prediction.fails) {
        check_name(step);
    }
    if (CALLS[op].nature == NATURE_CREATES && !step->prediction.fails) {
        check_destructor(protocols->count - 1);
    }
    if (op == CALL_OFFER_STRUCT && step->prediction.fails) {
        check_releases(op, protocols->count, NOTHING, 0);
    }
}

/* A consumer has changed a capsule although it did not take the struct. */
static uint16_t symptom_rule(enum call_op op, enum symptom symptom)
{
    return op == CALL_TAKE_STRUCT && symptom == WRONG_FIELD
               ? (uint16_t)RULE_DLPACK_1
               : (uint16_t)RULE_COUNT;
}

/* --- the end of a program ------------------------------------------------- */

/* Releases what the program has left. Each resource must have been released
 * once by then, if it has a callback. */
static void end(void)
{
    const struct model_protocols *protocols = &run.model.protocols;
    if (protocols->count == 0) {
        return;
    }
    exchange_end_all();
    for (int i = 0; i < protocols->count && !world.options.sanitizers_only;
         i++) {
        const struct model_exchange *e = &protocols->exchange[i];
        check_releases(CALL_RELEASE_STRUCT, i, e->kind,
                       e->manner != OFFER_NO_RELEASE);
    }
}

const struct executor_family executor_family_protocols = {
    .start = start,
    .end = end,
    .perform = perform,
    .check = check,
    .symptom_rule = symptom_rule,
};
