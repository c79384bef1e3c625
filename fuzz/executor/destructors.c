/* The C functions that implement destructor behaviours. When the implementation
 * calls one of them, the executor runs the behaviour's program, call by call,
 * like the main program. */
#include "fuzz/executor/destructors.h"
#include "fuzz/executor/call.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"
#include "fuzz/executor/world.h"

/* Returns the living capsule with this address, or NOTHING. */
static int find_alive(const void *handle)
{
    for (int i = 0; i < run.model.capsule_count; i++) {
        if (run.model.capsule[i].handle == handle &&
            run.model.capsule[i].life == LIFE_ALIVE) {
            return i;
        }
    }
    return NOTHING;
}

/* True if the capsule's destructor has run and has set this behaviour as the
 * next destructor. */
static bool was_set_by_destructor(const void *handle, int behaviour)
{
    for (int i = 0; i < run.model.capsule_count; i++) {
        const struct model_capsule *capsule = &run.model.capsule[i];
        if (capsule->handle == handle && capsule->life == LIFE_DYING &&
            capsule->destructor_ran && capsule->destructor == behaviour &&
            capsule->last_destructor != behaviour) {
            return true;
        }
    }
    return false;
}

/* Reports a destructor call although no capsule is being destroyed. */
static void report_unexpected_destructor(const void *handle, int behaviour)
{
    const struct level *level = &run.level[run.level_count - 1];
    unsigned op = level->call ? level->call->op : CALL_COUNT;
    if (op == CALL_NEW) {
        violation(RULE_NEW_12, "no destructor is called",
                  "the new capsule's destructor is called");
    }
    if (op == CALL_SET_DESTRUCTOR || op == CALL_HOLD) {
        violation(RULE_SETD_1, "no destructor is called",
                  "the destructor is called while it is replaced");
    }
    if (op == CALL_END_INTERPRETER) {
        violation(RULE_DTOR_10,
                  "each capsule of the interpreter is destroyed once",
                  "a call although the capsule is not being destroyed");
    }
    if (find_alive(handle) != NOTHING) {
        violation(op == CALL_COLLECT ? RULE_DTOR_11 : RULE_DTOR_1,
                  "no destructor is called",
                  "the destructor of a capsule that has references");
    }
    if (was_set_by_destructor(handle, behaviour)) {
        violation(RULE_DTOR_3,
                  "the destructor set during destruction is not called",
                  "the new destructor is called");
    }
    violation(RULE_NEW_7, "the destructor is called once, with its capsule",
              "a call although the capsule is not being destroyed");
}

/* Begins a frame for a destructor that the model does not expect: for the
 * youngest capsule that had the address. */
static int enter_unexpected(const void *handle)
{
    for (int i = run.model.capsule_count; i-- > 0;) {
        if (run.model.capsule[i].handle == handle) {
            model_enter_by_hand(&run.model, i);
            return i;
        }
    }
    return NOTHING;
}

/* Begins the frame of the called destructor. Returns the capsule, or NOTHING if
 * the model does not expect the call and no capsule had the address. */
static int enter(PyObject *object, int behaviour, bool *expected)
{
    int id = run.called_by_hand;
    if (id != NOTHING) {
        run.called_by_hand = NOTHING;
        model_enter_by_hand(&run.model, id);
        return id;
    }
    id = model_enter_destructor(&run.model, object);
    if (id == NOTHING) {
        report_unexpected_destructor(object, behaviour);
        *expected = false;
        return enter_unexpected(object);
    }
    if (Py_REFCNT(object) != 0 && run.model.profile->observed_rules) {
        violation(RULE_DTOR_2, describe_count("references", 0),
                  describe_count("references", (long)Py_REFCNT(object)));
    }
    exercise(RULE_NEW_7, WHEN_SUCCEEDS);
    exercise(RULE_DTOR_1, WHEN_SUCCEEDS);
    return id;
}

/* The error indicator must be the same as when the destructor began. */
static void check_exit(void)
{
    const struct model_error *now = &run.model.error;
    const struct model_error *entry =
        &run.model.frame[run.model.frame_count - 1].entry;
    if (now->set == entry->set &&
        (!now->set || now->identity == entry->identity)) {
        exercise(entry->set ? RULE_DTOR_6 : RULE_DTOR_4, WHEN_SUCCEEDS);
        return;
    }
    violation(entry->set ? RULE_DTOR_6 : RULE_DTOR_5, describe_error(entry),
              describe_error(now));
}

static void run_destructor(int behaviour, PyObject *object)
{
    allocations_end(); /* allocations do not fail in the destructor; the outer
                          call goes on later */
    bool expected = true;
    int id = run.level_count < MAX_FRAMES ? enter(object, behaviour, &expected)
                                          : NOTHING;
    if (id == NOTHING) {
        return;
    }
    const struct model_capsule *capsule = &run.model.capsule[id];
    if (capsule->destructor != behaviour) {
        expected = false;
        violation(RULE_SETD_1,
                  describe_value(YIELDS_DESTRUCTOR,
                                 (uintptr_t)(capsule->destructor + 1)),
                  describe_value(YIELDS_DESTRUCTOR, (uintptr_t)behaviour + 1));
    }
    if (!is_unchecked()) {
        check_indicator(RULE_DTOR_7);
        if (run.model.error.set) {
            exercise(RULE_DTOR_7, WHEN_PENDING);
        }
        check_at_the_end(id);
    }

    struct level *level = &run.level[run.level_count++];
    level->program = behaviour_program(behaviour);
    level->call = NULL;
    level->behaviour = behaviour;
    level->module = NULL;
    level->unexpected = !expected;
    model_run_destructor(&run.model, &EXECUTOR, NULL, behaviour);
    check_exit();
    run.level_count--;
    model_leave_destructor(&run.model);
    if (behaviour_uses(behaviour, CALL_FREE_NAME_OF)) {
        exercise(RULE_NEW_6, WHEN_SUCCEEDS);
    }
    if (behaviour_uses(behaviour, CALL_FREE_POINTER_OF) ||
        behaviour_uses(behaviour, CALL_FREE_POINTER_IF) ||
        behaviour_uses(behaviour, CALL_DROP_CONTEXT_OF)) {
        exercise(RULE_DTOR_13, WHEN_SUCCEEDS);
    }
    allocations_begin();
}

#define DESTRUCTOR(ident, flags, program)                                      \
    static void destructor_##ident(PyObject *capsule)                          \
    {                                                                          \
        run_destructor(DESTRUCTOR_##ident, capsule);                           \
    }
#include "fuzz/program/destructors.def"
#undef DESTRUCTOR

PyCapsule_Destructor destructor_function(int behaviour)
{
    static const PyCapsule_Destructor functions[DESTRUCTOR_COUNT] = {
#define DESTRUCTOR(ident, flags, program) destructor_##ident,
#include "fuzz/program/destructors.def"
#undef DESTRUCTOR
    };
    return behaviour == NOTHING ? NULL : functions[behaviour];
}
