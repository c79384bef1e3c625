#include "fuzz/mutator/place.h"

/* The part that is the same for all calls: every slot that is named must hold
 * something, the one for the result nothing. */
static bool slots_are_right(const struct forecast *f, const struct call *call,
                            struct place place)
{
    const struct call_info *info = &CALLS[call->op];

    for (size_t i = 0; i < info->arg_count; i++) {
        const struct value *value = &call->args[i];
        switch (value->tag) {
        case VALUE_CAPSULE:
            if (place_object(f, value, place) == NO_OBJECT) {
                return false;
            }
            break;
        case VALUE_PAYLOAD:
        case VALUE_BUFFER:
            if (!forecast_has(f, (enum yield)(value->tag - VALUE_CAPSULE),
                              value->index)) {
                return false;
            }
            break;
        default:
            break;
        }
    }
    if (call->op == CALL_REALLOC && call->result == call->args[0].index) {
        return true;
    }
    return !yields_result(info->yields) ||
           !forecast_has(f, info->yields, call->result);
}

_Static_assert(VALUE_PAYLOAD - VALUE_CAPSULE == (int)RESULT_PAYLOAD &&
                   VALUE_BUFFER - VALUE_CAPSULE == (int)RESULT_BUFFER,
               "tags and results count slots in the same order");

/* Whether `from` is `object` or holds it, perhaps through others. */
static bool keeps_alive(const struct forecast *f, uint8_t from, uint8_t object)
{
    while (from != object && from != NO_OBJECT) {
        from = f->objects[from].held;
    }
    return from == object;
}

/* The same for the rest of the state. */
static bool state_is_right(const struct forecast *f, const struct call *call,
                           struct place place)
{
    const struct value *first = &call->args[0];
    uint8_t object = place_object(f, first, place);

    switch (call->op) {
    case CALL_EDIT:
        return call->args[1].number < f->buffers[first->index].capacity;
    case CALL_FREE:
        return first->tag != VALUE_BUFFER ||
               f->buffers[first->index].users == 0;
    case CALL_FREE_POINTER_OF:
        return f->objects[object].pointer_tag == VALUE_PAYLOAD;
    case CALL_FREE_NAME_OF:
        return place.self == object &&
               f->objects[object].name.tag == VALUE_BUFFER &&
               f->buffers[f->objects[object].name.index].users == 1;
    case CALL_DROP_CONTEXT_OF:
        return f->objects[object].held != NO_OBJECT;
    case CALL_HOLD:
        return f->objects[object].held == NO_OBJECT &&
               !keeps_alive(f, place_object(f, &call->args[1], place), object);
    case CALL_CALL_DESTRUCTOR:
        return f->objects[object].behaviour != NO_BEHAVIOUR;
    case CALL_READ:
        return f->objects[object].pointer_tag == VALUE_PAYLOAD &&
               f->payload_size[f->objects[object].pointer_index] > 0;
    case CALL_SAVE_ERROR:
        return !f->saved[place_is_destructor(place)].present;
    case CALL_RESTORE_ERROR:
        return f->saved[place_is_destructor(place)].present;
    default:
        return true;
    }
}

bool place_permits(const struct forecast *f, const struct call *call,
                   struct place place)
{
    return slots_are_right(f, call, place) && state_is_right(f, call, place);
}
