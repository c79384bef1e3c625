#include "fuzz/mutator/forecast.h"

#include <string.h>

#include "fuzz/mutator/effects.h"
#include "fuzz/mutator/scripts.h"

enum { MAX_DEPTH = 16 };

void forecast_start(struct forecast *f, const struct program *program)
{
    f->program = program;
    memset(f->slots, 0, sizeof f->slots);
    f->slots[3] = 0xff;
    f->error_pending = false;
    memset(f->saved, 0, sizeof f->saved);
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
        24, /* NULL */
        8 * RESULT_CAPSULE,
        8 * RESULT_PAYLOAD,
        8 * RESULT_BUFFER,
        24,
        24,
        24,
        24,
        24,
        24, /* no slots */
    };
    /* SLOT_SELF is there whenever it can be said at all. */
    unsigned first = value->index < SLOTS ? FIRST[value->tag] : 24;
    return first + value->index % SLOTS;
}

_Static_assert(VALUE_CAPSULE == 1 && VALUE_PAYLOAD == 2 && VALUE_BUFFER == 3 &&
                   VALUE_TAG_COUNT == 10 && SLOTS == 8,
               "the order in FIRST, eight bits for each");

/* Every slot that is named must hold something, the one for the result
 * nothing. */
static bool slots_are_right(const struct forecast *f, const struct call *call)
{
    const struct call_info *info = &CALLS[call->op];
    uint32_t there = f->slots[0] | (uint32_t)f->slots[1] << 8 |
                     (uint32_t)f->slots[2] << 16 | (uint32_t)f->slots[3] << 24;
    uint32_t right = 1;

    for (size_t i = 0; i < info->arg_count; i++) {
        right &= there >> bit_of(&call->args[i]);
    }
    if (yields_result(info->yields) &&
        !(call->op == CALL_REALLOC && call->result == call->args[0].index)) {
        right &= ~(unsigned)f->slots[info->yields] >> call->result;
    }
    return right & 1;
}

static bool perform(struct forecast *f, const struct call *call,
                    struct place place)
{
    const struct value *first = &call->args[0];
    struct step step = {f, call, place, NO_OBJECT};

    if (!slots_are_right(f, call)) {
        return false;
    }
    if (CALLS[call->op].arg_count > 0) {
        unsigned tags = ARG_TAGS[CALLS[call->op].args[0]];
        bool is_object = tags >> VALUE_CAPSULE & 1;
        if (is_object && first->tag != VALUE_CAPSULE) {
            /* These two say no; all others fail. */
            f->error_pending |=
                call->op != CALL_IS_VALID && call->op != CALL_CHECK_EXACT;
            return true;
        }
        step.object = is_object ? place_object(f, first, place) : NO_OBJECT;
    }
    return EFFECTS[call->op] == NULL || EFFECTS[call->op](&step);
}

void forecast_destructor(struct forecast *f, uint8_t behaviour, uint8_t object,
                         unsigned depth)
{
    if (behaviour == NO_BEHAVIOUR || depth == MAX_DEPTH) {
        return;
    }
    const struct script *script = &SCRIPTS[behaviour];
    f->saved[1].present = false;
    for (size_t i = 0; i < script->call_count; i++) {
        perform(f, &script->calls[i],
                (struct place){SCRIPT_TEXT, object, (uint8_t)(depth + 1)});
    }
}

bool forecast_apply(struct forecast *f, const struct call *call)
{
    return perform(f, call, (struct place){f->program->text, NO_OBJECT, 0});
}
