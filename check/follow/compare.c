/* Compares a call of a trace with the prediction of the model. */
#include "check/follow/compare.h"

#include <stdio.h>
#include <string.h>

#include "check/follow/deviation.h"

static const char *const names[TRACED_COUNT] = {
#define FUNCTION(name, result, parameters) "PyCapsule_" #name,
#include "check/functions.def"
#undef FUNCTION
};

static unsigned function_of(const struct traced_call *call)
{
    return call->record->kind - TRACE_FIRST_CALL;
}

const char *call_text(const struct traced_call *call)
{
    static char text[256];
    const struct trace_record *record = call->record;
    const char *name = reader_text(call->reader, record->name_text);
    const char *own = reader_text(call->reader, record->stored_text);
    snprintf(text, sizeof text, "%s(%s%.90s%s%s%.90s%s)",
             names[function_of(call)], own ? "capsule \"" : "", own ? own : "",
             own ? "\"" : "", name ? (own ? ", \"" : "\"") : "",
             name ? name : "", name ? "\"" : "");
    return text;
}

static void deviates(const struct traced_call *call, uint16_t rule,
                     const char *expected, const char *got)
{
    deviation(rule, call_text(call), expected, got,
              reader_text(call->reader, call->record->object));
}

/* ---- the result ---- */

static const char *address_word(uint64_t address, uint64_t expected)
{
    return !address              ? "NULL"
           : address == expected ? "what was stored"
                                 : "another address";
}

static const char *number_word(uint64_t number, char text[24])
{
    snprintf(text, 24, "%d", (int)number);
    return text;
}

static void compare_result(const struct traced_call *call,
                           const struct step *step)
{
    const struct prediction *p = &step->prediction;
    char expected_text[24], got_text[24];
    uint64_t expected = p->value, got = call->record->result;
    switch ((enum call_op)step->call->op) {
    case CALL_NEW:
        if (!expected != !got)
            deviates(call, p->rule, expected ? "a new capsule" : "NULL",
                     got ? "a capsule" : "NULL");
        return;
    case CALL_IS_VALID:
    case CALL_SET_POINTER:
    case CALL_SET_NAME:
    case CALL_SET_CONTEXT:
    case CALL_SET_DESTRUCTOR:
        if ((int)expected != (int)got)
            deviates(call, p->rule, number_word(expected, expected_text),
                     number_word(got, got_text));
        return;
    case CALL_GET_NAME:
        expected = p->fails ? 0 : call->name;
        break;
    case CALL_GET_DESTRUCTOR:
        expected = p->fails ? 0 : call->destructor;
        break;
    default:
        break;
    }
    if (expected != got)
        deviates(call, p->rule, address_word(expected, expected),
                 address_word(got, expected));
}

/* ---- the exception ---- */

/* Returns the name without a module: "ValueError". */
static const char *last_part(const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    return dot ? dot + 1 : name;
}

static void compare_exception(const struct traced_call *call,
                              const struct step *step)
{
    const struct prediction *p = &step->prediction;
    const struct trace_record *record = call->record;
    const char *after = last_part(reader_text(call->reader, record->after));
    const char *message = reader_text(call->reader, record->message);
    if (!(record->flags & TRACE_SEES_EXCEPTION))
        return;
    if (!p->fails) {
        if (!(record->flags & TRACE_KEEPS_EXCEPTION))
            deviates(call, p->indicator_rule,
                     record->before ? "the pending exception stays"
                                    : "no exception",
                     after ? after : "no exception is pending");
        return;
    }
    const char *expected = EXCEPTION_NAMES[p->exception] + strlen("PyExc_");
    if (!after || strcmp(after, expected) != 0 ||
        record->flags & TRACE_KEEPS_EXCEPTION)
        deviates(call, p->indicator_rule, expected,
                 after ? after : "no exception");
    else if (p->message && message && strcmp(p->message, message) != 0)
        deviates(call, p->message_rule, p->message, message);
}

/* ---- the capsule afterwards ---- */

static void compare_fields(const struct traced_call *call,
                           const struct model_capsule *state)
{
    static const char *const kept[FIELD_COUNT] = {
        "the pointer stays what it is", "the name stays what it is",
        "the context stays what it is", "the destructor stays what it is"};
    static const char *const changed[FIELD_COUNT] = {
        "the pointer is another", "the name is another",
        "the context is another", "the destructor is another"};
    const uint64_t expected[FIELD_COUNT] = {
        state->field[FIELD_POINTER].address, call->name,
        state->field[FIELD_CONTEXT].address, call->destructor};
    for (int field = 0; field < FIELD_COUNT; field++)
        if (expected[field] != call->record->fields[field])
            deviates(call, state->rule[field], kept[field], changed[field]);
}

void compare_call(const struct traced_call *call, const struct model *model,
                  const struct step *step)
{
    compare_result(call, step);
    compare_exception(call, step);
    if (call->record->flags & TRACE_HAS_FIELDS && model->capsule_count == 1)
        compare_fields(call, &model->capsule[0]);
}
