/* Payloads, buffers and the error indicator. */
#include "fuzz/mutator/effects.h"

#include <string.h>

/* --- payloads and buffers ------------------------------------------------- */

/* A block is gone: nobody can read or free it any more. */
static void forget_payload(struct forecast *f, unsigned slot)
{
    slot_empty(f, RESULT_PAYLOAD, slot);
    for (unsigned i = 0; i < f->object_count; i++) {
        struct forecast_object *object = &f->objects[i];
        if (object->pointer_tag == VALUE_PAYLOAD &&
            object->pointer_index == slot) {
            object->pointer_tag = VALUE_NULL;
        }
    }
}

bool effect_make_payload(const struct step *s)
{
    s->forecast->payload_size[s->call->result] = s->call->args[0].number;
    slot_fill(s->forecast, RESULT_PAYLOAD, s->call->result);
    return true;
}

bool effect_resize_payload(const struct step *s)
{
    if (s->forecast->owned[RESULT_PAYLOAD] >> s->call->args[0].index & 1) {
        return false;
    }
    forget_payload(s->forecast, s->call->args[0].index);
    s->forecast->payload_size[s->call->result] = s->call->args[1].number;
    slot_fill(s->forecast, RESULT_PAYLOAD, s->call->result);
    return true;
}

bool effect_make_name(const struct step *s)
{
    const struct value *text = &s->call->args[0];
    s->forecast->buffers[s->call->result] = (struct forecast_buffer){
        {s->place.text + text->offset, text->number}, text->number, 0};
    slot_fill(s->forecast, RESULT_BUFFER, s->call->result);
    return true;
}

bool effect_edit_buffer(const struct step *s)
{
    struct forecast *f = s->forecast;
    struct forecast_buffer *buffer = &f->buffers[s->call->args[0].index];
    unsigned at = s->call->args[1].number;
    char byte = (char)s->call->args[2].number;

    if (at >= buffer->capacity) {
        return false;
    }
    /* Long texts, and bytes behind an earlier end, are not followed. */
    if (at >= buffer->text.length ||
        buffer->text.length > sizeof f->edited - f->edited_size) {
        return true;
    }
    char *copy = f->edited + f->edited_size;
    memcpy(copy, buffer->text.bytes, buffer->text.length);
    copy[at] = byte;
    f->edited_size += buffer->text.length;
    buffer->text.bytes = copy;
    if (!byte) {
        buffer->text.length = (uint16_t)at;
    }
    return true;
}

bool effect_free_block(const struct step *s)
{
    const struct value *block = &s->call->args[0];

    if (block->tag == VALUE_PAYLOAD) {
        if (s->forecast->owned[RESULT_PAYLOAD] >> block->index & 1) {
            return false;
        }
        forget_payload(s->forecast, block->index);
        return true;
    }
    if (s->forecast->buffers[block->index].users > 0) {
        return false;
    }
    slot_empty(s->forecast, RESULT_BUFFER, block->index);
    return true;
}

/* These are for destructors, and what is freed is there: may_become(). */
bool effect_free_pointer(const struct step *s)
{
    if (s->place.self != s->object ||
        step_object(s)->pointer_tag != VALUE_PAYLOAD) {
        return false;
    }
    forecast_disown(s->forecast, step_object(s));
    forget_payload(s->forecast, step_object(s)->pointer_index);
    forecast_own(s->forecast, step_object(s));
    return true;
}

bool effect_free_name(const struct step *s)
{
    const struct forecast_name *name = &step_object(s)->name;

    if (s->place.self != s->object || name->tag != VALUE_BUFFER) {
        return false;
    }
    slot_empty(s->forecast, RESULT_BUFFER, name->index);
    return true;
}

/* --- the error indicator -------------------------------------------------- */

bool effect_raise_error(const struct step *s)
{
    s->forecast->error_pending |= s->place.depth == 0;
    return s->place.depth == 0;
}

bool effect_clear_error(const struct step *s)
{
    s->forecast->error_pending &= !step_may_touch_error(s);
    return step_may_touch_error(s);
}

bool effect_save_error(const struct step *s)
{
    if (step_frame(s)->has_saved) {
        return false;
    }
    step_frame(s)->has_saved = true;
    step_frame(s)->saved = s->forecast->error_pending;
    s->forecast->error_pending = false;
    return true;
}

bool effect_restore_error(const struct step *s)
{
    if (!step_frame(s)->has_saved) {
        return false;
    }
    step_frame(s)->has_saved = false;
    s->forecast->error_pending = step_frame(s)->saved;
    return true;
}

bool effect_fail_allocation(const struct step *s)
{
    return s->call->args[0].number > 0 && s->place.depth == 0;
}
