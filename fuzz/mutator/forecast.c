#include "fuzz/mutator/forecast.h"

#include <string.h>

#include "fuzz/mutator/effects.h"
#include "fuzz/mutator/scripts.h"

void forecast_start(struct forecast *f, const struct program *program)
{
    f->program = program;
    memset(f->slots, 0, sizeof f->slots);
    f->slots[3] = 0xff;
    f->error_pending = false;
    memset(f->owned, 0, sizeof f->owned);
    f->frames[0] = (struct forecast_frame){false, false, false};
    f->object_count = 0;
    f->edited_size = 0;
}

struct characters forecast_name_of(const struct forecast *f,
                                   const struct forecast_object *object)
{
    return characters_of_name(f, &object->name);
}

const struct forecast_object *forecast_object_of(const struct forecast *f,
                                                 const struct value *value)
{
    uint8_t object =
        place_object(f, value, (struct place){f->program->text, NO_OBJECT, 0});
    return object == NO_OBJECT ? NULL : &f->objects[object];
}

/* The bit, in all of `slots` together, that is set when a value is there. */
static inline unsigned bit_of(const struct value *value)
{
    static const uint8_t FIRST[VALUE_TAG_COUNT] = {
        [VALUE_NULL] = 24,   [VALUE_CAPSULE] = 0,     [VALUE_PAYLOAD] = 8,
        [VALUE_BUFFER] = 16, [VALUE_TEXT] = 24,       [VALUE_ADDRESS] = 24,
        [VALUE_OBJECT] = 24, [VALUE_DESTRUCTOR] = 24, [VALUE_EXCEPTION] = 24,
        [VALUE_NUMBER] = 24};
    /* SLOT_SELF is there whenever it can be said at all. */
    unsigned first = value->index < SLOTS ? FIRST[value->tag] : 24;
    return first + value->index % SLOTS;
}

/* Kinds for which an empty slot is as good as NULL. */
static const bool MAY_BE_EMPTY[ARG_KIND_COUNT] = {
    [ARG_OBJECT] = true, [ARG_POINTER] = true, [ARG_NAME] = true};

bool forecast_is_there(const struct forecast *f, const struct value *value)
{
    uint32_t there = f->slots[0] | (uint32_t)f->slots[1] << 8 |
                     (uint32_t)f->slots[2] << 16 | (uint32_t)f->slots[3] << 24;
    return there >> bit_of(value) & 1;
}

/* Every slot that must hold something does, the one for the result nothing. */
static bool slots_are_right(const struct forecast *f, const struct call *call)
{
    const struct call_info *info = &CALLS[call->op];
    bool right = true;

    for (size_t i = 0; i < info->arg_count; i++) {
        right &=
            MAY_BE_EMPTY[info->args[i]] | forecast_is_there(f, &call->args[i]);
    }
    if (yields_result(info->yields) &&
        !(call->op == CALL_REALLOC && call->result == call->args[0].index)) {
        right &= !(f->slots[info->yields] >> call->result & 1);
    }
    return right;
}

/* A call about an object that is no capsule: two say no, all others fail. */
static bool refuse(const struct step *s)
{
    if (s->call->op == CALL_IS_VALID || s->call->op == CALL_CHECK_EXACT) {
        return true;
    }
    return fail(s);
}

static bool perform(struct forecast *f, const struct call *call,
                    struct place place)
{
    struct step step = {f, call, place, NO_OBJECT};

    if (!slots_are_right(f, call)) {
        return false;
    }
    if (CALLS[call->op].arg_count > 0 &&
        ARG_TAGS[CALLS[call->op].args[0]] >> VALUE_CAPSULE & 1) {
        step.object = place_object(f, &call->args[0], place);
        if (step.object == NO_OBJECT) {
            return refuse(&step);
        }
    }
    return EFFECTS[call->op] == NULL || EFFECTS[call->op](&step);
}

void forecast_destructor(struct forecast *f, uint8_t behaviour, uint8_t object,
                         unsigned depth)
{
    if (behaviour == NO_BEHAVIOUR || depth + 1 == FORECAST_FRAMES) {
        return;
    }
    const struct script *script = &SCRIPTS[behaviour];
    f->frames[depth + 1] =
        (struct forecast_frame){false, false, f->error_pending};
    for (size_t i = 0; i < script->call_count; i++) {
        perform(f, &script->calls[i],
                (struct place){SCRIPT_TEXT, object, (uint8_t)(depth + 1)});
    }
}

bool forecast_apply(struct forecast *f, const struct call *call)
{
    return perform(f, call, (struct place){f->program->text, NO_OBJECT, 0});
}
