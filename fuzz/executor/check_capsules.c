/* Compares fields, reference counts and other objects with the model after a
 * call. */
#include "fuzz/executor/arena.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"
#include "fuzz/executor/snapshot.h"

static const enum yield field_yields[FIELD_COUNT] = {
    YIELDS_POINTER, YIELDS_NAME, YIELDS_POINTER, YIELDS_DESTRUCTOR};

enum field find_difference(const struct model_capsule *capsule, uintptr_t *got)
{
    PyObject *object = (PyObject *)capsule->handle;
    const struct model_address *field = capsule->field;
    const char *name = PyCapsule_GetName(object);
    *got = (uintptr_t)name;
    if (*got != field[FIELD_NAME].address) {
        return FIELD_NAME;
    }
    *got = (uintptr_t)PyCapsule_GetContext(object);
    if (*got != field[FIELD_CONTEXT].address) {
        return FIELD_CONTEXT;
    }
    *got = (uintptr_t)PyCapsule_GetDestructor(object);
    if (*got != (uintptr_t)destructor_function(capsule->destructor)) {
        return FIELD_DESTRUCTOR;
    }
    int block = field[FIELD_NAME].block;
    if (block == NOTHING || run.model.block[block].alive) {
        *got = (uintptr_t)PyCapsule_GetPointer(object, name);
        if (*got != field[FIELD_POINTER].address) {
            return FIELD_POINTER;
        }
    }
    return FIELD_COUNT;
}

/* Returns the rule for the first getter that raises an exception although it
 * succeeds. If the getter returned NULL, the exception turns success into
 * failure, which the getter's own rule forbids. */
static uint16_t rule_of_raising_getter(void)
{
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        PyObject *object =
            (PyObject *)run.model.capsule[run.model.alive[i]].handle;
        PyErr_Clear();
        const char *name = PyCapsule_GetName(object);
        if (PyErr_Occurred()) {
            return name ? RULE_ERR_3 : RULE_GETN_2;
        }
        const void *context = PyCapsule_GetContext(object);
        if (PyErr_Occurred()) {
            return context ? RULE_ERR_3 : RULE_GETC_2;
        }
        PyCapsule_Destructor destructor = PyCapsule_GetDestructor(object);
        if (PyErr_Occurred()) {
            return destructor ? RULE_ERR_3 : RULE_GETD_2;
        }
        PyCapsule_GetPointer(object, name);
        if (PyErr_Occurred()) {
            return RULE_GETP_2;
        }
    }
    return RULE_ERR_1;
}

/* The executor has called getters itself. They must neither raise nor clear an
 * exception. */
static void check_getters_kept_error(void)
{
    if (!run.model.error.set && PyErr_Occurred()) {
        const char *got = describe_pending();
        violation(rule_of_raising_getter(), "no exception", got);
    }
    check_indicator(RULE_ERR_1);
}

static uintptr_t expected_field(const struct model_capsule *capsule,
                                enum field field)
{
    return field == FIELD_DESTRUCTOR ? (uintptr_t)(capsule->destructor + 1)
                                     : capsule->field[field].address;
}

void report_difference(const struct model_capsule *capsule, enum field field,
                       uintptr_t got, uint16_t rule)
{
    static const char *const names[] = {"pointer", "name", "context",
                                        "destructor"};
    violation_of_field(rule, capsule, field,
                       describe_field(names[field], field_yields[field],
                                      expected_field(capsule, field)),
                       describe_field(names[field],
                                      field == FIELD_DESTRUCTOR
                                          ? YIELDS_NOTHING
                                          : field_yields[field],
                                      got));
}

void check_at_the_end(int id)
{
    const struct model_capsule *capsule = &run.model.capsule[id];
    uintptr_t got;
    if (!world.options.misuse &&
        !keeps_its_memory(&capsule->field[FIELD_NAME])) {
        violation(RULE_NEW_6, "the name is left for the destructor to free",
                  "the name's memory has been freed");
    }
    enum field field = find_difference(capsule, &got);
    if (field != FIELD_COUNT) {
        report_difference(capsule, field, got,
                          field == FIELD_CONTEXT ? RULE_CTX_1 : RULE_DTOR_2);
    }
    check_getters_kept_error();
    exercise(RULE_DTOR_2, WHEN_SUCCEEDS);
    if (capsule->field[FIELD_CONTEXT].address) {
        exercise(RULE_CTX_1, WHEN_SUCCEEDS);
    }
}

static enum call_nature nature_of(const struct step *step)
{
    return CALLS[step->call->op].nature;
}

/* Returns the rule that is broken if the field has the value `got` after this
 * call. */
static uint16_t field_rule(const struct step *step, int id, enum field field,
                           uintptr_t got)
{
    const struct model_capsule *capsule = &run.model.capsule[id];
    const struct prediction *p = &step->prediction;
    /* CTX-1: the context changed although no call replaced it. */
    bool lost = field == FIELD_CONTEXT && capsule->rule[field] == RULE_SETC_1;
    switch (nature_of(step)) {
    case NATURE_LOOKS:
        return RULE_GET_ALL_2;
    case NATURE_SETS:
        return p->fails ? RULE_SET_ALL_2
               : id != step->args[0].capsule
                   ? p->rule
                   : setter_rule(step->call, capsule, field, got);
    default:
        return rule_of_symptom(step->call, WRONG_FIELD,
                               lost ? (uint16_t)RULE_CTX_1
                                    : capsule->rule[field]);
    }
}

/* Returns the rule that is broken if a reference count is wrong after this
 * call. */
static uint16_t reference_rule(const struct step *step)
{
    switch (nature_of(step)) {
    case NATURE_LOOKS:
        return RULE_GET_ALL_2;
    case NATURE_SETS:
        return RULE_SET_ALL_2;
    default:
        return rule_of_symptom(step->call, WRONG_REFERENCES, RULE_TYPE_1);
    }
}

bool counts_mean_something(void)
{
    return !run.model.profile->deferred_destruction;
}

/* The count may be higher by the references that the collector may drop
 * later. */
static void check_references(const struct model_capsule *capsule, uint16_t rule)
{
    PyObject *object = (PyObject *)capsule->handle;
    long expected = model_references(capsule);
    long got = (long)Py_REFCNT(object);
    if (counts_mean_something() &&
        (got < expected || got > expected + capsule->uncollected)) {
        violation(rule, describe_count("references", expected),
                  describe_count("references", got));
    }
    if (Py_TYPE(object) != &PyCapsule_Type) {
        violation(RULE_TYPE_4, "a capsule of type PyCapsule_Type",
                  "another type");
    }
}

/* Returns the capsule that the call has created or set, or NOTHING. */
static int capsule_of_call(const struct step *step)
{
    if (step->prediction.fails) {
        return NOTHING;
    }
    return nature_of(step) == NATURE_CREATES ? run.model.capsule_count - 1
           : nature_of(step) == NATURE_SETS  ? step->args[0].capsule
                                             : NOTHING;
}

/* Compares the capsule of this call, and each living capsule whose bytes have
 * changed. Returns true if any capsule was compared. */
static bool compare_capsules(const struct step *step)
{
    int changed = capsule_of_call(step);
    bool compared = false;
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        int id = run.model.alive[i];
        const struct model_capsule *capsule = &run.model.capsule[id];
        uintptr_t got;
        if (id != changed && snapshot_matches(id)) {
            continue;
        }
        check_references(capsule, reference_rule(step));
        enum field field = find_difference(capsule, &got);
        if (field != FIELD_COUNT) {
            report_difference(capsule, field, got,
                              field_rule(step, id, field, got));
        }
        check_references(capsule, RULE_GET_ALL_2);
        snapshot_take(id);
        compared = true;
    }
    return compared;
}

void check_all_capsules(void)
{
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        const struct model_capsule *capsule =
            &run.model.capsule[run.model.alive[i]];
        uintptr_t got;
        enum field field = find_difference(capsule, &got);
        if (field != FIELD_COUNT) {
            report_difference(capsule, field, got, capsule->rule[field]);
        }
        check_references(capsule, RULE_TYPE_1);
    }
    check_getters_kept_error();
}

static void exercise_creation(void)
{
    const struct model_capsule *created =
        &run.model.capsule[run.model.capsule_count - 1];
    for (int field = 0; field < FIELD_COUNT; field++) {
        exercise(created->rule[field], WHEN_SUCCEEDS);
    }
    exercise(RULE_TYPE_4, WHEN_SUCCEEDS);
}

void check_capsules(const struct step *step)
{
    const struct call *call = step->call;
    bool fails = step->prediction.fails;
    enum call_nature nature = nature_of(step);
    bool compared = compare_capsules(step);
    if (nature == NATURE_CREATES && !fails) {
        exercise_creation();
    } else if (nature == NATURE_SETS && !fails) {
        check_setter(call, step->args[0].capsule);
    } else if (nature == NATURE_SETS) {
        exercise(RULE_SET_ALL_2, WHEN_FAILS);
    } else if (nature == NATURE_LOOKS) {
        exercise(RULE_GET_ALL_2, fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    }
    if (step->args[0].tag == VALUE_OBJECT && CALLS[call->op].arg_count > 0) {
        check_foreign_objects(
            nature == NATURE_SETS
                ? RULE_SET_ALL_2
                : rule_of_symptom(call, WRONG_FOREIGN_OBJECT, RULE_GET_ALL_2));
    }
    if (compared) {
        check_getters_kept_error();
    }
}

void check_foreign_objects(uint16_t rule)
{
    PyObject *lookalike = world.foreign[OBJECT_LOOKALIKE];
    for (size_t i = 0; i < lookalike_count(); i++) {
        if (lookalike_fields(lookalike)[i] != lookalike_value) {
            violation(rule, "the object of another type is unchanged",
                      "the object was written to");
        }
    }
    static const enum foreign_object counted[] = {OBJECT_LIST,
                                                  OBJECT_LOOKALIKE};
    for (int i = 0; counts_mean_something() && i < 2; i++) {
        long expected = 1 + model_foreign_references(&run.model, counted[i]);
        long got = (long)Py_REFCNT(world.foreign[counted[i]]);
        if (got != expected) {
            violation(rule,
                      describe_count("references to the object of another type",
                                     expected),
                      describe_count("references to the object of another type",
                                     got));
        }
    }
}

void check_names_alive(void)
{
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        const struct model_address *name =
            &run.model.capsule[run.model.alive[i]].field[FIELD_NAME];
        if (name->address && memory_is_poisoned((const void *)name->address)) {
            violation(RULE_NEW_5, "the name outlives the capsule",
                      "the name's memory has been freed");
        }
    }
}
