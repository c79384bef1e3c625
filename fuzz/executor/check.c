/* The comparisons. Each one names the rule that it holds. */
#include "fuzz/executor/arena.h"
#include "fuzz/executor/run.h"

#include <string.h>

const char lookalike_value[] = "lookalike";

/* libFuzzer takes each of these that becomes nonzero for new coverage. */
enum { EXTRA_COUNTERS = 512 };
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t
    extra_counters[EXTRA_COUNTERS];
_Static_assert(RULE_COUNT * OUTCOMES <= EXTRA_COUNTERS,
               "more extra counters cost speed and gain nothing");

void exercise(uint16_t rule, enum outcome outcome)
{
    status->rule[rule].count++;
    extra_counters[rule * OUTCOMES + outcome] = 1;
}

/* The rules that some exercise() below or in destructors.c and executor.c can
 * name for a program that keeps the contract. */
void mark_reachable_rules(void)
{
    static const uint16_t reachable[] = {
        RULE_TYPE_1,    RULE_TYPE_2,    RULE_TYPE_3,    RULE_TYPE_4,
        RULE_TYPE_6,    RULE_NEW_1,     RULE_NEW_2,     RULE_NEW_3,
        RULE_NEW_4,     RULE_NEW_5,     RULE_NEW_6,     RULE_NEW_7,
        RULE_NEW_8,     RULE_NEW_10,    RULE_NEW_11,    RULE_NEW_12,
        RULE_GETP_1,    RULE_GETP_2,    RULE_GETP_3,    RULE_GETP_4,
        RULE_GETP_5,    RULE_GETP_6,    RULE_GETD_1,    RULE_GETD_2,
        RULE_GETC_1,    RULE_GETC_2,    RULE_GETN_1,    RULE_GETN_2,
        RULE_GETN_3,    RULE_GET_ALL_1, RULE_GET_ALL_2, RULE_VAL_1,
        RULE_VAL_2,     RULE_VAL_3,     RULE_VAL_4,     RULE_VAL_5,
        RULE_VAL_6,     RULE_SETP_1,    RULE_SETP_2,    RULE_SETN_1,
        RULE_SETN_2,    RULE_SETN_3,    RULE_SETD_1,    RULE_SETD_2,
        RULE_SETD_3,    RULE_SETC_1,    RULE_SET_ALL_1, RULE_SET_ALL_2,
        RULE_SET_ALL_3, RULE_SET_ALL_4, RULE_ERR_1,     RULE_ERR_2,
        RULE_ERR_3,     RULE_ERR_4,     RULE_ERR_5,     RULE_DTOR_1,
        RULE_DTOR_2,    RULE_DTOR_3,    RULE_DTOR_4,    RULE_DTOR_6,
        RULE_DTOR_7,    RULE_DTOR_11,   RULE_DTOR_12,   RULE_DTOR_13,
        RULE_DTOR_14,   RULE_CTX_1,
    };
    for (unsigned i = 0; i < sizeof(reachable) / sizeof(reachable[0]); i++) {
        status->rule[reachable[i]].reachable = 1;
    }
}

void executor_print_rules(FILE *out)
{
    unsigned exercised = 0, reachable = 0;
    for (int i = 0; i < RULE_COUNT; i++) {
        reachable += status->rule[i].reachable != 0;
        exercised += status->rule[i].reachable && status->rule[i].count;
    }
    fprintf(out, "rules exercised: %u of %u\n", exercised, reachable);
    for (int i = 0; i < RULE_COUNT; i++) {
        if (status->rule[i].count) {
            fprintf(out, "  %-10s %12llu\n", CONTRACT[i].id,
                    (unsigned long long)status->rule[i].count);
        }
    }
    fprintf(out, "never reached:%s", exercised == reachable ? " none" : "");
    for (int i = 0; i < RULE_COUNT; i++) {
        if (status->rule[i].reachable && status->rule[i].count == 0) {
            fprintf(out, " %s", CONTRACT[i].id);
        }
    }
    fputc('\n', out);
}

static bool is_getter(unsigned op)
{
    return op == CALL_GET_POINTER || op == CALL_GET_DESTRUCTOR ||
           op == CALL_GET_NAME || op == CALL_GET_CONTEXT;
}

static bool is_setter(unsigned op)
{
    return op == CALL_SET_POINTER || op == CALL_SET_DESTRUCTOR ||
           op == CALL_SET_NAME || op == CALL_SET_CONTEXT;
}

/* Getters and questions: whatever only looks. */
static bool only_looks(unsigned op)
{
    return is_getter(op) || op == CALL_IS_VALID || op == CALL_CHECK_EXACT ||
           op == CALL_REPR;
}

/* The pending exception's object (borrowed) without disturbing it. */
static PyObject *peek_exception(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyObject *exception = PyErr_GetRaisedException();
    PyErr_SetRaisedException(exception);
    return exception;
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_Restore(type, value, traceback);
    return value;
#endif
}

/* --- values --------------------------------------------------------------- */

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
                            const struct prediction *p,
                            const struct model_error *before, uintptr_t got)
{
    if (call->op == CALL_GET_POINTER && p->fails && got &&
        args[0].capsule != NOTHING && PyErr_Occurred() &&
        !(before->set && before->identity == peek_exception())) {
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
        right = got == (p->value ? (uintptr_t)destructor_function(
                                       (int)p->value - 1)
                                 : 0);
        break;
    case YIELDS_INT:
        right = same_status(got, p->value);
        break;
    case YIELDS_POINTER:
    case YIELDS_NAME:
        right = got == p->value;
        break;
    default:
        return;
    }
    if (!right) {
        const char *exception = PyErr_Occurred() ? describe_pending() : NULL;
        violation(broken_rule(call, args, p, before, got),
                  describe_outcome(
                      yields, p->value,
                      p->fails ? describe_error(&run.model.error) : NULL),
                  describe_outcome(yields == YIELDS_DESTRUCTOR
                                       ? YIELDS_NOTHING
                                       : yields,
                                   got, exception));
    }
    exercise(p->rule, p->fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    exercise_related(call, args, p);
}

/* --- the error indicator -------------------------------------------------- */

static bool message_is(PyObject *exception, const char *message)
{
    PyObject *text = PyObject_Str(exception);
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;
    bool same = utf8 && strcmp(utf8, message) == 0;
    Py_XDECREF(text);
    return same;
}

/* The pending exception is of the type and text that the model says. The text
 * is asked for without the exception pending, as Python code would. */
static bool is_as_expected(const struct model_error *e)
{
    if (PyErr_Occurred() != world.exception_type[e->type]) {
        return false;
    }
    if (e->message == NULL) {
        return true;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    bool same = value && message_is(value, e->message);
    PyErr_Restore(type, value, traceback);
    return same;
}

void check_indicator(uint16_t rule)
{
    struct model_error *e = &run.model.error;
    if (!e->set) {
        if (PyErr_Occurred()) {
            violation(rule, describe_error(e), describe_pending());
        }
        return;
    }
    if (PyErr_Occurred() == NULL) {
        violation(rule, describe_error(e), describe_pending());
    }
    PyObject *exception = peek_exception();
    if (e->identity == NULL) {
        if (run.model.profile->observed_rules && !is_as_expected(e)) {
            violation(rule, describe_error(e), describe_pending());
        }
        e->identity = exception;
    } else if (e->identity != exception) {
        violation(rule, describe_error(e), describe_pending());
    }
}

void check_error(const struct prediction *p, const struct model_error *before)
{
    if (p->fails) {
        /* One MemoryError may serve for all. */
        bool replaced = !before->set || before->identity == NULL ||
                        p->exception == EXCEPTION_MEMORY_ERROR ||
                        before->identity != peek_exception();
        if (PyErr_Occurred() == NULL || !replaced) {
            violation(p->indicator_rule, describe_error(&run.model.error),
                      describe_pending());
        }
        check_indicator(p->message_rule);
        exercise(p->message_rule, WHEN_FAILS);
        exercise(p->indicator_rule, before->set ? WHEN_PENDING : WHEN_FAILS);
        return;
    }
    check_indicator(p->indicator_rule);
    exercise(p->indicator_rule, before->set ? WHEN_PENDING : WHEN_SUCCEEDS);
}

/* --- fields and references ------------------------------------------------ */

static const enum yield field_yields[FIELD_COUNT] = {
    YIELDS_POINTER, YIELDS_NAME, YIELDS_POINTER, YIELDS_DESTRUCTOR};

/* Reads all fields through the API and compares. Returns the field that
 * differs and what it is in *got, or FIELD_COUNT. */
static enum field find_difference(const struct model_capsule *capsule,
                                  uintptr_t *got)
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

static uintptr_t expected_field(const struct model_capsule *capsule,
                                enum field field)
{
    return field == FIELD_DESTRUCTOR ? (uintptr_t)(capsule->destructor + 1)
                                     : capsule->field[field].address;
}

static void report_difference(const struct model_capsule *capsule,
                              enum field field, uintptr_t got, uint16_t rule)
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

void check_fields(int id, uint16_t rule)
{
    uintptr_t got;
    enum field field = find_difference(&run.model.capsule[id], &got);
    if (field != FIELD_COUNT) {
        report_difference(&run.model.capsule[id], field, got, rule);
    }
    check_indicator(RULE_ERR_1);
}

/* Which rule a field breaks that is not what it should be after this call. */
static uint16_t field_rule(const struct call *call,
                           const struct model_arg *args,
                           const struct prediction *p, int id,
                           enum field field)
{
    if (only_looks(call->op)) {
        return RULE_GET_ALL_2;
    }
    if (is_setter(call->op)) {
        static const uint8_t sets[CALL_COUNT] = {
            [CALL_SET_POINTER] = FIELD_POINTER,
            [CALL_SET_NAME] = FIELD_NAME,
            [CALL_SET_CONTEXT] = FIELD_CONTEXT,
            [CALL_SET_DESTRUCTOR] = FIELD_DESTRUCTOR,
        };
        if (p->fails) {
            return RULE_SET_ALL_2;
        }
        if (id != args[0].capsule || field != sets[call->op]) {
            return p->rule;
        }
    }
    return run.model.capsule[id].rule[field];
}

/* Whether the count is what the model says, or what the collector may have left
 * of it. */
static bool counts_right(const struct model_capsule *capsule)
{
    long got = (long)Py_REFCNT((PyObject *)capsule->handle);
    long expected = model_references(capsule);
    return got >= expected && got <= expected + capsule->uncollected;
}

static void check_references(const struct model_capsule *capsule, uint16_t rule)
{
    PyObject *object = (PyObject *)capsule->handle;
    if (!counts_right(capsule)) {
        violation(rule,
                  describe_count("references", model_references(capsule)),
                  describe_count("references", (long)Py_REFCNT(object)));
    }
    if (Py_TYPE(object) != &PyCapsule_Type) {
        violation(RULE_TYPE_4, "a capsule of type PyCapsule_Type",
                  "another type");
    }
}

/* Which rule a wrong number of references breaks after this call. */
static uint16_t reference_rule(unsigned op)
{
    return only_looks(op)   ? RULE_GET_ALL_2
           : is_setter(op)  ? RULE_SET_ALL_2
           : op == CALL_NEW ? RULE_NEW_1
                            : RULE_TYPE_1;
}

void check_capsules(const struct call *call, const struct model_arg *args,
                    const struct prediction *p)
{
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        int id = run.model.alive[i];
        const struct model_capsule *capsule = &run.model.capsule[id];
        uintptr_t got;
        check_references(capsule, reference_rule(call->op));
        enum field field = find_difference(capsule, &got);
        if (field != FIELD_COUNT) {
            report_difference(capsule, field, got,
                              field_rule(call, args, p, id, field));
        }
        check_references(capsule, RULE_GET_ALL_2);
    }
    if (call->op == CALL_NEW && !p->fails) {
        const struct model_capsule *created =
            &run.model.capsule[run.model.capsule_count - 1];
        for (int field = 0; field < FIELD_COUNT; field++) {
            exercise(created->rule[field], WHEN_SUCCEEDS);
        }
        exercise(RULE_TYPE_4, WHEN_SUCCEEDS);
    } else if (is_setter(call->op) && !p->fails) {
        exercise(RULE_TYPE_2, WHEN_SUCCEEDS);
        if (call->op == CALL_SET_NAME) {
            exercise(RULE_SETN_2, WHEN_SUCCEEDS);
        }
    } else if (is_setter(call->op)) {
        exercise(RULE_SET_ALL_2, WHEN_FAILS);
    } else if (only_looks(call->op)) {
        exercise(RULE_GET_ALL_2, p->fails ? WHEN_FAILS : WHEN_SUCCEEDS);
    }
    if (args[0].tag == VALUE_OBJECT && CALLS[call->op].arg_count > 0) {
        check_foreign_objects(is_setter(call->op) ? RULE_SET_ALL_2
                                                  : RULE_GET_ALL_2);
    }
    check_indicator(RULE_ERR_1); /* by the getters above */
}

void check_foreign_objects(uint16_t rule)
{
    PyObject *lookalike = world.foreign[OBJECT_LOOKALIKE];
    for (int i = 0; i < LOOKALIKE_FIELDS; i++) {
        if (lookalike_fields(lookalike)[i] != lookalike_value) {
            violation(rule, "the object that is no capsule is unchanged",
                      "it was written to");
        }
    }
    if (Py_REFCNT(lookalike) != 1 ||
        Py_REFCNT(world.foreign[OBJECT_LIST]) != 1) {
        violation(rule, "the object that is no capsule has 1 reference",
                  "another number of references");
    }
}

void check_names_alive(void)
{
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        const struct model_address *name =
            &run.model.capsule[run.model.alive[i]].field[FIELD_NAME];
        if (name->address &&
            memory_is_poisoned((const void *)name->address)) {
            violation(RULE_NEW_5, "the name outlives the capsule",
                      "the name's memory has been freed");
        }
    }
}
