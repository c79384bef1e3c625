/* Gives back what a program leaves behind. */
#include "fuzz/executor/blocks.h"
#include "fuzz/executor/call.h"
#include "fuzz/executor/interpreters.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/modules.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/world.h"

/* Drops most of very many references at once: one call each takes too long. */
static void drop_many(int slot)
{
    const struct model_capsule *capsule =
        &run.model.capsule[run.model.capsule_slot[slot]];
    struct call call = {.op = CALL_DROP_REFERENCES};
    call.args[0].tag = VALUE_CAPSULE;
    call.args[0].index = (uint8_t)slot;
    call.args[1].tag = VALUE_COUNT;
    for (int i = COUNTS_COUNT - 1; i >= 0 && COUNTS[i] > MAX_CALLS;) {
        if ((int32_t)COUNTS[i] < capsule->references) {
            call.args[1].index = (uint8_t)i;
            execute_call(&call);
        } else {
            i--;
        }
    }
}

static void perform_op(enum call_op op, int slot)
{
    struct call call = {.op = op};
    call.args[0].tag = VALUE_CAPSULE;
    call.args[0].index = (uint8_t)slot;
    execute_call(&call);
}

/* Returns true if there was a module or namespace to forget. */
static bool forget_modules(void)
{
    bool any = false;
    for (unsigned i = 0; i < OWNERS; i++) {
        struct call call = {.op = CALL_FORGET};
        call.args[0].tag = i < MODULE_COUNT ? VALUE_MODULE : VALUE_SPACE;
        call.args[0].index = (uint8_t)(i < MODULE_COUNT ? i : i - MODULE_COUNT);
        if (model_has_to_forget(&run.model, i)) {
            execute_call(&call);
            any = true;
        }
    }
    return any;
}

static void clear_error(void)
{
    if (run.model.error.set) {
        perform_op(CALL_CLEAR_ERROR, 0);
    }
}

/* Ends all interpreters except the main one and returns the thread to the main
 * one. */
static void end_interpreters(void)
{
    while (run.model.current != 0 || model_next_interpreter(&run.model) != 0) {
        clear_error();
        perform_op(run.model.current ? CALL_END_INTERPRETER
                                     : CALL_NEXT_INTERPRETER,
                   0);
    }
    clear_error();
}

/* Removes the modules of the main interpreter and of subinterpreters. */
static void clean_up_modules(void)
{
    end_interpreters();
    if (run.model.interpreter[0].has_module) {
        perform_op(CALL_UNSHARE, 0);
    }
    forget_state();
}

/* Drops what may exist although the model does not know about it. */
static void let_go(void)
{
    struct level *level = &run.level[0];
    PyErr_Restore(level->saved_type, level->saved_value,
                  level->saved_traceback);
    PyErr_Clear();
    modules_forget();
    PyErr_Clear();
}

/* Gives back what the program still owns, by the calls that a program has. */
void clean_up(void)
{
    /* More than the length of any chain of owners. */
    enum { ENOUGH_COLLECTIONS = 200 };
    run.cleaning_up = true;
    fail_allocations(0, HOST_FAIL_ONCE);
    clear_error();
    if (run.model.frame[0].has_saved) {
        perform_op(CALL_RESTORE_ERROR, 0);
        clear_error();
    }
    clean_up_modules();
    int collections = 0;
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < SLOTS; i++) {
            if (run.model.capsule_slot[i] != NOTHING) {
                drop_many(i);
            }
            while (run.model.capsule_slot[i] != NOTHING) {
                perform_op(CALL_DECREF, i);
                again = true; /* a destructor may have filled a slot */
            }
        }
        again |= forget_modules();
        bool cycles = false;
        for (int i = 0; i < run.model.capsule_count; i++) {
            cycles = cycles || run.model.capsule[i].in_cycles > 0;
        }
        if (cycles || run.model.owed > 0) {
            if (collections++ == ENOUGH_COLLECTIONS) {
                violation(RULE_DTOR_11,
                          "the collector destroys unreachable capsules",
                          "a capsule is never destroyed");
                break;
            }
            perform_op(CALL_COLLECT, 0);
            again = true;
        }
    }
    if (is_unchecked()) {
        let_go();
    }
    for (int i = 0; i < run.model.block_count; i++) {
        if (run.model.block[i].alive) {
            block_free((void *)run.model.block[i].address);
        }
    }
}
