/* Follows the calls of capsule functions with the model. */
#include "check/follow/calls.h"

#include <string.h>

#include "check/follow/compare.h"
#include "fuzz/model/step.h"

struct counts counts;
static struct model model;

void calls_begin(const struct profile *profile)
{
    model_reset(&model, profile, false);
}

/* ---- capsules that are first seen ---- */

struct stored *adopt(const struct reader *reader,
                     const struct trace_record *record)
{
    const uint64_t *fields = record->fields;
    struct stored *stored = store_add(record->capsule);
    stored->name = fields[FIELD_NAME];
    stored->destructor = fields[FIELD_DESTRUCTOR];
    stored->state = (struct model_capsule){
        .handle = (const void *)(uintptr_t)record->capsule,
        .references = 1,
        .destructor = stored->destructor ? DESTRUCTOR_log : NOTHING,
        .rule = {RULE_NEW_1, RULE_NEW_5, RULE_SETC_1, RULE_NEW_7},
    };
    for (int field = 0; field < FIELD_DESTRUCTOR; field++)
        stored->state.field[field] =
            (struct model_address){(uintptr_t)fields[field], NOTHING, NOTHING};
    stored->state.field[FIELD_NAME].address =
        (uintptr_t)reader_text(reader, record->stored_text);
    counts.first_seen++;
    return stored;
}

/* ---- calls ---- */

static enum call_op op_of(unsigned function)
{
    static const enum call_op ops[TRACED_COUNT] = {
        [TRACED_New] = CALL_NEW,
        [TRACED_GetPointer] = CALL_GET_POINTER,
        [TRACED_GetDestructor] = CALL_GET_DESTRUCTOR,
        [TRACED_GetContext] = CALL_GET_CONTEXT,
        [TRACED_GetName] = CALL_GET_NAME,
        [TRACED_IsValid] = CALL_IS_VALID,
        [TRACED_SetPointer] = CALL_SET_POINTER,
        [TRACED_SetDestructor] = CALL_SET_DESTRUCTOR,
        [TRACED_SetName] = CALL_SET_NAME,
        [TRACED_SetContext] = CALL_SET_CONTEXT,
    };
    return ops[function];
}

static struct value value_of(enum value_tag tag, bool there)
{
    return (struct value){.tag = (uint8_t)(there ? tag : VALUE_NULL)};
}

static struct value name_value(const struct trace_record *record)
{
    return value_of(VALUE_TEXT, record->name != 0);
}

/* Any destructor of the program is `log` for the model: it calls nothing. */
static struct value destructor_value(const struct trace_record *record)
{
    struct value value = value_of(VALUE_DESTRUCTOR, record->destructor != 0);
    value.index = value.tag == VALUE_DESTRUCTOR ? DESTRUCTOR_log : 0;
    return value;
}

static struct value object_value(const struct trace_record *record)
{
    return record->flags & TRACE_HAS_FIELDS
               ? value_of(VALUE_CAPSULE, true)
               : value_of(VALUE_OBJECT, record->capsule != 0);
}

static struct call call_of(const struct trace_record *record)
{
    struct call call = {.op = (uint8_t)op_of(record->kind - TRACE_FIRST_CALL)};
    if (call.op == CALL_NEW) {
        call.args[0] = value_of(VALUE_PAYLOAD, record->value != 0);
        call.args[1] = name_value(record);
        call.args[2] = destructor_value(record);
        return call;
    }
    call.args[0] = object_value(record);
    switch (CALLS[call.op].args[1]) {
    case ARG_NAME:
        call.args[1] = name_value(record);
        break;
    case ARG_POINTER:
        call.args[1] = value_of(VALUE_PAYLOAD, record->value != 0);
        break;
    case ARG_DESTRUCTOR:
        call.args[1] = destructor_value(record);
        break;
    default:
        break;
    }
    return call;
}

/* The program has no literals and no payloads: gives the arguments their
 * addresses in the traced process, and names the characters of the trace. */
static bool resolved(void *self, struct step *step)
{
    const struct traced_call *call = self;
    for (unsigned i = 0; i < CALLS[step->call->op].arg_count; i++) {
        struct model_arg *arg = &step->args[i];
        arg->value.block = NOTHING;
        if (arg->tag == VALUE_TEXT)
            arg->value.address =
                (uintptr_t)reader_text(call->reader, call->record->name_text);
        else if (arg->tag == VALUE_PAYLOAD)
            arg->value.address = (uintptr_t)call->record->value;
    }
    return true;
}

static bool is_without_memory(const struct traced_call *call)
{
    const char *after = reader_text(call->reader, call->record->after);
    return !(call->record->flags & TRACE_KEEPS_EXCEPTION) && after &&
           strstr(after, "MemoryError");
}

static bool begin(void *self, struct step *step)
{
    if (is_without_memory(self))
        model_predict_no_memory(step->call, &step->prediction);
    if (model_permits(&model, step->call, step->args, &step->prediction))
        return true;
    counts.unpermitted++;
    return false;
}

static uintptr_t perform(void *self, struct step *step)
{
    const struct traced_call *call = self;
    (void)step;
    return (uintptr_t)call->record->result;
}

static void owes_destructor(void *self, const struct step *step, int id)
{
    (void)self, (void)step, (void)id; /* no call of the model ends a capsule */
}

static void done(void *self, struct step *step)
{
    counts.calls++;
    counts.by_rule[step->prediction.rule]++;
    compare_call(self, &model, step);
}

static const struct performer FOLLOWER = {
    .resolved = resolved,
    .begin = begin,
    .perform = perform,
    .owes_destructor = owes_destructor,
    .done = done,
};

/* Puts the capsule into the empty model. */
static void load(const struct stored *stored, bool pending)
{
    model.capsule_count = model.alive_count = model.owed = 0;
    memset(model.capsule_slot, 0xff, sizeof model.capsule_slot);
    model.error = (struct model_error){.set = pending};
    if (!stored)
        return;
    model.capsule[0] = stored->state;
    model.capsule_count = 1;
    model.capsule_slot[0] = 0;
    if (stored->state.life == LIFE_ALIVE)
        model.alive[model.alive_count++] = 0;
}

/* ---- the capsule of a call ---- */

/* A program may edit the characters of a name in place. */
static void read_name_again(struct stored *stored, const struct reader *reader,
                            const struct trace_record *record)
{
    if (record->fields[FIELD_NAME] == stored->name)
        stored->state.field[FIELD_NAME].address =
            (uintptr_t)reader_text(reader, record->stored_text);
}

/* True if a name is there, but could not be read. */
static bool has_unknown_name(const struct trace_record *record)
{
    return (record->name && !record->name_text) ||
           (record->flags & TRACE_HAS_FIELDS && record->fields[FIELD_NAME] &&
            !record->stored_text);
}

static void keep_state(struct stored *stored, const struct traced_call *call)
{
    stored->state = model.capsule[0];
    stored->name = call->name;
    stored->destructor = call->destructor;
}

void follow_call(const struct reader *reader, const struct trace_record *record)
{
    bool makes = record->kind - TRACE_FIRST_CALL == TRACED_New;
    struct stored *stored = NULL;
    if (has_unknown_name(record)) {
        counts.unpermitted++;
        if (record->flags & TRACE_HAS_FIELDS)
            adopt(reader, record);
        return;
    }
    if (!makes && record->flags & TRACE_HAS_FIELDS &&
        !(stored = store_find(record->capsule))) {
        adopt(reader, record);
        return;
    }
    if (stored)
        read_name_again(stored, reader, record);
    struct traced_call call = {.reader = reader,
                               .record = record,
                               .capsule = stored,
                               .name = stored ? stored->name : record->name,
                               .destructor = stored ? stored->destructor
                                                    : record->destructor};
    struct call made = call_of(record);
    if (made.op == CALL_SET_NAME)
        call.name = record->name;
    if (made.op == CALL_SET_DESTRUCTOR)
        call.destructor = record->destructor;
    static struct program no_program;
    load(stored, record->before != 0);
    bool followed = model_step(&model, &FOLLOWER, &call, &no_program, &made);
    if (!followed && record->flags & TRACE_HAS_FIELDS)
        adopt(reader, record);
    else if (model.capsule_count == 1)
        keep_state(makes ? store_add(record->capsule) : stored, &call);
}
