/* Fields, reference counts and other objects against the model, after a call.
 */
#include "fuzz/executor/arena.h"
#include "fuzz/executor/run.h"

const char lookalike_value[] = "lookalike";

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

/* The rule of the first getter that raises an exception although it succeeds.
 * Its result says which: with NULL, that is the one way to fail. */
static uint16_t loud_getter_rule(void)
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

/* The getters, which the executor has called by itself, left no exception and
 * took none away. */
static void check_silence(void)
{
    if (!run.model.error.set && PyErr_Occurred()) {
        const char *got = describe_pending();
        violation(loud_getter_rule(), "no exception", got);
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
    violation(rule,
              describe_field(names[field], field_yields[field],
                             expected_field(capsule, field)),
              describe_field(names[field],
                             field == FIELD_DESTRUCTOR ? YIELDS_NOTHING
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
    check_silence();
    exercise(RULE_DTOR_2, WHEN_SUCCEEDS);
    if (capsule->field[FIELD_CONTEXT].address) {
        exercise(RULE_CTX_1, WHEN_SUCCEEDS);
    }
}

/* Which rule a field breaks that is not what it should be after this call. */
static uint16_t field_rule(const struct call *call,
                           const struct model_arg *args,
                           const struct prediction *p, int id, enum field field,
                           uintptr_t got)
{
    const struct model_capsule *capsule = &run.model.capsule[id];
    if (only_looks(call->op)) {
        return RULE_GET_ALL_2;
    }
    if (call->op == CALL_IMPORT) {
        return RULE_PUB_1;
    }
    if (is_setter(call->op)) {
        return p->fails                ? RULE_SET_ALL_2
               : id != args[0].capsule ? p->rule
                                       : setter_rule(call, capsule, field, got);
    }
    if (field == FIELD_CONTEXT && capsule->rule[field] == RULE_SETC_1) {
        return RULE_CTX_1; /* lost, though nobody replaced it */
    }
    return capsule->rule[field];
}

/* Which rule a wrong number of references breaks after this call. */
static uint16_t reference_rule(unsigned op)
{
    return only_looks(op)               ? RULE_GET_ALL_2
           : is_setter(op)              ? RULE_SET_ALL_2
           : op == CALL_NEW             ? RULE_NEW_1
           : op == CALL_IMPORT          ? RULE_IMP_9
           : op == CALL_CONSUME         ? RULE_API_11
           : op == CALL_ADD_OBJECT      ? RULE_API_10
           : op == CALL_END_INTERPRETER ? RULE_DTOR_10
                                        : RULE_TYPE_1;
}

bool counts_mean_something(void)
{
    return !run.model.profile->deferred_destruction;
}

/* The collector may have left some references of those that are to go. */
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

/* The capsule that the call creates or sets something of, or NOTHING. */
static int subject(const struct call *call, const struct model_arg *args,
                   const struct prediction *p)
{
    if (call->op == CALL_NEW) {
        return p->fails ? NOTHING : run.model.capsule_count - 1;
    }
    return is_setter(call->op) && !p->fails ? args[0].capsule : NOTHING;
}

/* Asks the living capsules for all they have: that one, and those whose objects
 * have changed. Returns whether any was asked. */
static bool ask_capsules(const struct call *call, const struct model_arg *args,
                         const struct prediction *p)
{
    int about = subject(call, args, p);
    bool asked = false;
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        int id = run.model.alive[i];
        const struct model_capsule *capsule = &run.model.capsule[id];
        uintptr_t got;
        if (id != about && is_as_seen(id)) {
            continue;
        }
        check_references(capsule, reference_rule(call->op));
        enum field field = find_difference(capsule, &got);
        if (field != FIELD_COUNT) {
            report_difference(capsule, field, got,
                              field_rule(call, args, p, id, field, got));
        }
        check_references(capsule, RULE_GET_ALL_2);
        note_as_seen(id);
        asked = true;
    }
    return asked;
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
    check_silence();
}

void check_capsules(const struct call *call, const struct model_arg *args,
                    const struct prediction *p)
{
    bool asked = ask_capsules(call, args, p);
    if (call->op == CALL_NEW && !p->fails) {
        const struct model_capsule *created =
            &run.model.capsule[run.model.capsule_count - 1];
        for (int field = 0; field < FIELD_COUNT; field++) {
            exercise(created->rule[field], WHEN_SUCCEEDS);
        }
        exercise(RULE_TYPE_4, WHEN_SUCCEEDS);
    } else if (is_setter(call->op) && !p->fails) {
        check_setter(call, args[0].capsule);
    } else if (is_setter(call->op)) {
        exercise(RULE_SET_ALL_2, WHEN_FAILS);
    } else if (only_looks(call->op)) {
        exercise(RULE_GET_ALL_2, p->fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    }
    if (args[0].tag == VALUE_OBJECT && CALLS[call->op].arg_count > 0) {
        check_foreign_objects(is_setter(call->op)           ? RULE_SET_ALL_2
                              : call->op == CALL_ADD_OBJECT ? RULE_API_10
                                                            : RULE_GET_ALL_2);
    }
    if (asked) {
        check_silence();
    }
}

void check_foreign_objects(uint16_t rule)
{
    PyObject *lookalike = world.foreign[OBJECT_LOOKALIKE];
    for (size_t i = 0; i < lookalike_count(); i++) {
        if (lookalike_fields(lookalike)[i] != lookalike_value) {
            violation(rule, "the object that is no capsule is unchanged",
                      "it was written to");
        }
    }
    static const enum foreign_object counted[] = {OBJECT_LIST,
                                                  OBJECT_LOOKALIKE};
    for (int i = 0; counts_mean_something() && i < 2; i++) {
        long expected = 1 + model_foreign_references(&run.model, counted[i]);
        long got = (long)Py_REFCNT(world.foreign[counted[i]]);
        if (got != expected) {
            violation(
                rule,
                describe_count("references to what is no capsule", expected),
                describe_count("references to what is no capsule", got));
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
