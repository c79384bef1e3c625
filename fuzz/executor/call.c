/* Makes one call on the implementation and compares the result with the
 * model. */
#include "fuzz/executor/call.h"

#include "fuzz/executor/arguments.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"
#include "fuzz/executor/status.h"

/* --- may the call be made? ------------------------------------------------ */

/* True if an argument is an empty capsule slot. */
static bool lacks_capsule(const struct call *call, const struct model_arg *args)
{
    for (unsigned i = 0; i < CALLS[call->op].arg_count; i++) {
        if (CALLS[call->op].args[i] == ARG_CAPSULE &&
            args[i].capsule == NOTHING) {
            return true;
        }
    }
    return false;
}

static bool is_dangling(const struct model_address *address)
{
    return address->block != NOTHING && !run.model.block[address->block].alive;
}

/* True if the call reads a freed name: the capsule's name or the argument. */
static bool reads_dangling_name(const struct call *call,
                                const struct model_arg *args)
{
    enum names_read names = CALLS[call->op].names;
    if (names == READS_NO_NAME || args[0].capsule == NOTHING) {
        return false;
    }
    const struct model_address *name =
        &run.model.capsule[args[0].capsule].field[FIELD_NAME];
    if (names == READS_OWN_NAME) {
        return is_dangling(name);
    }
    return name->address && args[1].value.address &&
           (is_dangling(name) || is_dangling(&args[1].value));
}

/* True if a program that breaks the contract may make the call: it needs only a
 * capsule for each capsule argument. Reports a violation if the call reads
 * freed memory and no sanitizer has stopped the program. */
static bool may_misuse(const struct step *step)
{
    if (lacks_capsule(step->call, step->args)) {
        return false;
    }
    if (reads_dangling_name(step->call, step->args)) {
        family_of(step->call)->perform(step->call, step->args);
        violation(RULE_NEW_5, "a sanitizer's report",
                  "a freed name was read without a report");
    }
    check_names_alive();
    return true;
}

static bool skip_call(void)
{
    status->skipped++;
    current_level()->call = NULL;
    return false;
}

static bool resolved(void *self, struct step *step)
{
    (void)self;
    allocate_literals(step->call, step->args);
    current_level()->call = step->call;
    return !world.options.misuse || may_misuse(step) || skip_call();
}

/* In a destructor that the model does not expect, every call is made for which
 * there is a capsule. */
static bool permits(const struct step *step)
{
    if (current_level()->unexpected) {
        return !lacks_capsule(step->call, step->args);
    }
    return world.options.misuse ||
           model_permits(&run.model, step->call, step->args, &step->prediction);
}

/* --- the call ------------------------------------------------------------- */

static bool begin(void *self, struct step *step)
{
    (void)self;
    bool left_out = run.abandoned && !run.cleaning_up;
    if (left_out || !permits(step)) {
        return skip_call();
    }
    const struct executor_family *family = family_of(step->call);
    struct level *level = current_level();
    level->rule = step->prediction.rule;
    level->lacked_memory = level->compared = false;
    status->calls++;
    if (run.level_count == 1 && !run.cleaning_up) {
        run.performed |= UINT64_C(1) << run.call_index;
    }
    if (CALLS[step->call->op].nature == NATURE_SETS &&
        !step->prediction.fails) {
        note_replaced(step->call, step->args[0].capsule);
    }
    if (family->begin) {
        family->begin(step);
    }
    return true;
}

/* Called after an allocation failed during the call. The implementation may
 * have recovered. If not, the call failed for lack of memory, whatever it would
 * have returned otherwise. */
static void correct_prediction(const struct call *call,
                               struct prediction *prediction, uintptr_t got)
{
    struct prediction failure = *prediction;
    bool ours =
        PyErr_ExceptionMatches(world.exception_type[EXCEPTION_MEMORY_ERROR]);
    if (!model_predict_no_memory(call, &failure) || got != failure.value ||
        (prediction->fails && !ours)) {
        prediction->message = run.model.error.message = NULL; /* may be lost */
        return;
    }
    *prediction = failure;
    prediction->exception = EXCEPTION_MEMORY_ERROR;
    prediction->message = NULL;
    model_lacked_memory(&run.model);
}

uintptr_t perform_with_failures(struct step *step)
{
    allocations_begin();
    uintptr_t got = family_of(step->call)->perform(step->call, step->args);
    allocations_end();
    if (current_level()->lacked_memory) {
        correct_prediction(step->call, &step->prediction, got);
    }
    return got;
}

static uintptr_t perform(void *self, struct step *step)
{
    (void)self;
    const struct executor_family *family = family_of(step->call);
    return family->perform_step ? family->perform_step(step)
                                : perform_with_failures(step);
}

/* --- what the call destroyed ---------------------------------------------- */

/* Returns the rule that is broken because the destructor of a dead capsule was
 * not called. */
static uint16_t lost_destructor_rule(const struct call *call,
                                     const struct model_capsule *capsule)
{
    if (call->op == CALL_END_INTERPRETER) {
        return RULE_DTOR_10;
    }
    if (capsule->called_by_hand) {
        return RULE_DTOR_12;
    }
    if (call->op == CALL_COLLECT) {
        return capsule->uncollected > 0 ? RULE_DTOR_14 : RULE_DTOR_11;
    }
    return RULE_DTOR_1;
}

static void owes_destructor(void *self, const struct step *step, int id)
{
    (void)self;
    violation(lost_destructor_rule(step->call, &run.model.capsule[id]),
              "the destructor is called", "it was not called");
}

static void destroyed(void *self, const struct step *step, int id)
{
    (void)self;
    const struct model_capsule *capsule = &run.model.capsule[id];
    exercise(capsule->owes_destructor ? RULE_DTOR_1 : RULE_NEW_8, WHEN_FAILS);
    if (capsule->called_by_hand && capsule->owes_destructor) {
        exercise(RULE_DTOR_12, WHEN_SUCCEEDS);
    }
    if (step->call->op == CALL_COLLECT) {
        exercise(capsule->uncollected > 0 ? RULE_DTOR_14 : RULE_DTOR_11,
                 WHEN_FAILS);
    }
    if (step->call->op == CALL_END_INTERPRETER) {
        exercise(RULE_DTOR_10, WHEN_SUCCEEDS);
    }
}

/* --- comparisons ---------------------------------------------------------- */

static void compare(const struct step *step)
{
    const struct executor_family *family = family_of(step->call);
    current_level()->compared = true;
    check_value(step);
    check_error(step);
    if (family->check) {
        family->check(step);
    }
    check_capsules(step);
    if (family->check_after) {
        family->check_after(step);
    }
    if (run.annotations && run.level_count == 1 && !run.cleaning_up) {
        check_expectation(step);
    }
}

static void done(void *self, struct step *step)
{
    (void)self;
    if (!is_unchecked()) {
        compare(step);
    } else if (!run.model.error.set) {
        PyErr_Clear(); /* a caller clears an exception after reading it */
    }
    current_level()->call = NULL;
}

const struct performer EXECUTOR = {
    .resolved = resolved,
    .begin = begin,
    .perform = perform,
    .owes_destructor = owes_destructor,
    .destroyed = destroyed,
    .done = done,
};

void execute_call(const struct call *call)
{
    model_step(&run.model, &EXECUTOR, NULL, current_level()->program, call);
}
