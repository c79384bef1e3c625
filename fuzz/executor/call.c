/* One call: predicted, performed and compared. */
#include "fuzz/executor/run.h"

/* The rule of a destructor that was not called, though its time has come. */
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

/* What was in cycles and has other references lives on. */
static void finish_collection(void)
{
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        if (run.model.capsule[run.model.alive[i]].uncollected > 0) {
            exercise(RULE_DTOR_11, WHEN_SUCCEEDS);
        }
    }
    model_collected(&run.model);
}

/* Every capsule that lost its last reference in this call must be gone by now;
 * those that an outer call is destroying may still wait for their turn. */
static void finish_deaths(const struct call *call)
{
    if (run.model.profile->deferred_destruction && call->op != CALL_COLLECT) {
        return;
    }
    for (int i = 0; run.model.owed > 0 && i < run.model.capsule_count; i++) {
        struct model_capsule *capsule = &run.model.capsule[i];
        if (capsule->life != LIFE_DYING ||
            capsule->death_frame < run.model.frame_count) {
            continue;
        }
        if (capsule->owes_destructor && !capsule->destructor_ran) {
            violation(lost_destructor_rule(call, capsule),
                      "the destructor is called", "it was not called");
        }
        exercise(capsule->owes_destructor ? RULE_DTOR_1 : RULE_NEW_8,
                 WHEN_FAILS);
        if (capsule->called_by_hand && capsule->owes_destructor) {
            exercise(RULE_DTOR_12, WHEN_SUCCEEDS);
        }
        if (call->op == CALL_COLLECT) {
            exercise(capsule->uncollected > 0 ? RULE_DTOR_14 : RULE_DTOR_11,
                     WHEN_FAILS);
        }
        if (call->op == CALL_END_INTERPRETER) {
            exercise(RULE_DTOR_10, WHEN_SUCCEEDS);
        }
        model_destroyed(&run.model, i);
    }
    if (is_module_call(call->op)) {
        model_collected(&run.model);
    }
    if (call->op == CALL_COLLECT) {
        finish_collection();
    }
}

/* Whether the program calls for a capsule that it never had. */
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

/* Whether the call reads a name after its end: the capsule's or the given. */
static bool reads_dangling_name(const struct call *call,
                                const struct model_arg *args)
{
    if (args[0].capsule == NOTHING) {
        return false;
    }
    const struct model_address *name =
        &run.model.capsule[args[0].capsule].field[FIELD_NAME];
    switch (call->op) {
    case CALL_GET_POINTER:
    case CALL_IS_VALID:
    case CALL_READ:
    case CALL_FREE_POINTER_IF:
        return name->address && args[1].value.address &&
               (is_dangling(name) || is_dangling(&args[1].value));
    case CALL_REPR:
        return is_dangling(name);
    default:
        return false;
    }
}

/* An allocation failed while the call was made. That may have been made good;
 * where it was not, the call failed for want of memory, whatever it would have
 * given otherwise. */
static void heed_lack_of_memory(const struct call *call,
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

/* Holds what the call left behind against the model. */
static void check_effects(const struct call *call, const struct model_arg *args,
                          const struct prediction *prediction, uintptr_t got)
{
    if (is_cobject_call(call->op)) {
        check_cobject(prediction);
    }
    if (call->op == CALL_IS_VALID) {
        check_validity(args, got != 0);
    }
    if (is_table_call(call->op)) {
        check_table(call, args, prediction);
    }
    check_capsules(call, args, prediction);
    if (is_module_call(call->op)) {
        check_import(call, args, prediction);
    }
    if (run.annotations && run.level_count == 1 && !run.cleaning_up) {
        check_expectation(call, args, prediction, got);
    }
}

/* Permits the call: its caller keeps the contract. In a program that breaks it
 * on purpose, and in a destructor that should not run, all calls are made that
 * there is a capsule for. */
static bool permits(const struct level *level, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    if (level->unforeseen) {
        return !lacks_capsule(call, args);
    }
    return world.options.misuse ||
           model_permits(&run.model, call, args, prediction);
}

void execute_call(const struct call *call)
{
    struct level *level = &run.level[run.level_count - 1];
    struct model_arg args[MAX_ARGS];
    struct prediction prediction;

    resolve_args(level->program, call, args);
    level->call = call;
    if (world.options.misuse) {
        if (lacks_capsule(call, args)) {
            status->skipped++;
            level->call = NULL;
            return;
        }
        if (reads_dangling_name(call, args)) {
            perform(call, args);
            violation(RULE_NEW_5, "a sanitizer's report",
                      "the name was read after its end, unnoticed");
        }
        check_names_alive();
    }
    model_predict(&run.model, call, args, &prediction);
    if (!permits(level, call, args, &prediction)) {
        status->skipped++;
        level->call = NULL;
        return;
    }
    level->rule = prediction.rule;
    status->calls++;
    if (run.level_count == 1 && !run.cleaning_up) {
        run.performed |= UINT64_C(1) << run.call_index;
    }
    struct model_error before = run.model.error;
    level->lacked_memory = false;
    if (is_setter(call->op) && !prediction.fails) {
        note_replaced(call, args[0].capsule);
    }
    uintptr_t got;
    if (is_module_call(call->op)) {
        got = execute_module_call(call, args, &prediction);
    } else {
        model_apply(&run.model, call, args, &prediction);
        allocations_begin();
        got = perform(call, args);
        allocations_end();
        if (level->lacked_memory) {
            heed_lack_of_memory(call, &prediction, got);
        }
    }
    finish_deaths(call);
    if (!world.options.sanitizers_only) {
        check_value(call, args, &prediction, &before, got);
        check_error(&prediction, &before);
    }
    if (call->op == CALL_NEW && got) {
        model_created(&run.model, call->result, (const void *)got, args);
    }
    if (call->op == CALL_COBJECT_NEW && got) {
        model_cobject_made(&run.model, args);
    }
    if (!world.options.sanitizers_only) {
        check_effects(call, args, &prediction, got);
    } else if (!run.model.error.set) {
        PyErr_Clear(); /* as its caller would, who looks what has come */
    }
    level->call = NULL;
}
