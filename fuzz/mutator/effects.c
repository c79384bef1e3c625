#include "fuzz/mutator/effects.h"

#include <string.h>

static void fill_slot(struct forecast *f, enum yield kind, unsigned slot)
{
    f->slots[kind] |= (uint8_t)(1u << slot);
}

static void empty_slot(struct forecast *f, enum yield kind, unsigned slot)
{
    f->slots[kind] &= (uint8_t)~(1u << slot);
}

static struct forecast_object *object_of(const struct step *s)
{
    return &s->forecast->objects[s->object];
}

/* --- payloads and buffers ------------------------------------------------- */

/* A block is gone: nobody can read or free it any more. */
static void forget_payload(struct forecast *f, unsigned slot)
{
    empty_slot(f, RESULT_PAYLOAD, slot);
    for (unsigned i = 0; i < f->object_count; i++) {
        struct forecast_object *object = &f->objects[i];
        if (object->pointer_tag == VALUE_PAYLOAD &&
            object->pointer_index == slot) {
            object->pointer_tag = VALUE_NULL;
        }
    }
}

static bool make_payload(const struct step *s)
{
    s->forecast->payload_size[s->call->result] = s->call->args[0].number;
    fill_slot(s->forecast, RESULT_PAYLOAD, s->call->result);
    return true;
}

static bool resize_payload(const struct step *s)
{
    forget_payload(s->forecast, s->call->args[0].index);
    s->forecast->payload_size[s->call->result] = s->call->args[1].number;
    fill_slot(s->forecast, RESULT_PAYLOAD, s->call->result);
    return true;
}

static bool make_name(const struct step *s)
{
    const struct value *text = &s->call->args[0];
    s->forecast->buffers[s->call->result] = (struct forecast_buffer){
        {s->place.text + text->offset, text->number}, text->number, 0};
    fill_slot(s->forecast, RESULT_BUFFER, s->call->result);
    return true;
}

static bool edit_buffer(const struct step *s)
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

static bool free_block(const struct step *s)
{
    const struct value *block = &s->call->args[0];

    if (block->tag == VALUE_PAYLOAD) {
        forget_payload(s->forecast, block->index);
        return true;
    }
    if (s->forecast->buffers[block->index].users > 0) {
        return false;
    }
    empty_slot(s->forecast, RESULT_BUFFER, block->index);
    return true;
}

static bool free_pointer(const struct step *s)
{
    if (object_of(s)->pointer_tag != VALUE_PAYLOAD) {
        return false;
    }
    forget_payload(s->forecast, object_of(s)->pointer_index);
    return true;
}

/* Only when the capsule is on its way out and nobody else has the name. */
static bool free_name(const struct step *s)
{
    const struct forecast_name *name = &object_of(s)->name;

    if (s->place.self != s->object || name->tag != VALUE_BUFFER ||
        s->forecast->buffers[name->index].users != 1) {
        return false;
    }
    empty_slot(s->forecast, RESULT_BUFFER, name->index);
    return true;
}

/* --- names ---------------------------------------------------------------- */

static struct forecast_name name_of_value(const struct value *value,
                                          struct place place)
{
    struct forecast_name name = {value->tag, value->index, {NULL, 0}};
    if (value->tag == VALUE_TEXT) {
        name.text =
            (struct characters){place.text + value->offset, value->number};
    }
    return name;
}

static void use_buffer(struct forecast *f, const struct forecast_name *name,
                       int change)
{
    if (name->tag == VALUE_BUFFER) {
        f->buffers[name->index].users += (uint8_t)change;
    }
}

static bool same_text(struct characters a, struct characters b)
{
    return (a.bytes == NULL) == (b.bytes == NULL) && a.length == b.length &&
           (a.bytes == b.bytes || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static bool get_pointer(const struct step *s)
{
    struct forecast_name name = name_of_value(&s->call->args[1], s->place);
    struct characters asked = characters_of_name(s->forecast, &name);
    struct characters own = forecast_name_of(s->forecast, object_of(s));
    s->forecast->error_pending |= !same_text(asked, own);
    return true;
}

static bool read_payload_of(const struct step *s)
{
    const struct forecast_object *object = object_of(s);
    return object->pointer_tag == VALUE_PAYLOAD &&
           s->forecast->payload_size[object->pointer_index] > 0 &&
           get_pointer(s);
}

static bool set_name(const struct step *s)
{
    struct forecast_object *object = object_of(s);
    struct forecast_name name = name_of_value(&s->call->args[1], s->place);

    use_buffer(s->forecast, &object->name, -1);
    use_buffer(s->forecast, &name, 1);
    object->name = name;
    return true;
}

/* --- capsules ------------------------------------------------------------- */

static void store_object(const struct step *s, uint8_t object)
{
    s->forecast->object[s->call->result] = object;
    s->forecast->references[s->call->result] = 1;
    fill_slot(s->forecast, RESULT_CAPSULE, s->call->result);
}

static uint8_t behaviour_of_value(const struct value *value)
{
    return value->tag == VALUE_NULL ? NO_BEHAVIOUR : value->index;
}

static bool make_capsule(const struct step *s)
{
    struct forecast *f = s->forecast;
    const struct value *args = s->call->args;

    if (args[0].tag == VALUE_NULL || f->object_count == FORECAST_OBJECTS) {
        f->error_pending = true;
        return true;
    }
    struct forecast_object *object = &f->objects[f->object_count];
    object->name = name_of_value(&args[1], s->place);
    object->pointer_tag = args[0].tag;
    object->pointer_index = args[0].index;
    object->behaviour = behaviour_of_value(&args[2]);
    object->references = 1;
    object->in_cycles = 0;
    object->held = NO_OBJECT;
    use_buffer(f, &object->name, 1);
    store_object(s, (uint8_t)f->object_count++);
    return true;
}

static bool set_pointer(const struct step *s)
{
    const struct value *pointer = &s->call->args[1];

    if (pointer->tag == VALUE_NULL) {
        s->forecast->error_pending = true;
    } else {
        object_of(s)->pointer_tag = pointer->tag;
        object_of(s)->pointer_index = pointer->index;
    }
    return true;
}

static bool set_destructor(const struct step *s)
{
    object_of(s)->behaviour = behaviour_of_value(&s->call->args[1]);
    return true;
}

static bool call_destructor(const struct step *s)
{
    if (object_of(s)->behaviour == NO_BEHAVIOUR) {
        return false;
    }
    forecast_destructor(s->forecast, object_of(s)->behaviour, s->object,
                        s->place.depth);
    return true;
}

/* --- references ----------------------------------------------------------- */

static void drop_reference(struct forecast *f, uint8_t index, unsigned depth)
{
    struct forecast_object *object = &f->objects[index];
    if (--object->references == 0) {
        forecast_destructor(f, object->behaviour, index, depth);
        use_buffer(f, &object->name, -1);
    }
}

/* What a slot gives up: the last of its references empties it. */
static void leave_slot(const struct step *s)
{
    unsigned slot = s->call->args[0].index;
    if (slot < SLOTS && --s->forecast->references[slot] == 0) {
        empty_slot(s->forecast, RESULT_CAPSULE, slot);
    }
}

static bool take_reference(const struct step *s)
{
    unsigned slot = s->call->args[0].index;
    object_of(s)->references++;
    if (slot < SLOTS) {
        s->forecast->references[slot]++;
    }
    return true;
}

static bool give_up_reference(const struct step *s)
{
    leave_slot(s);
    drop_reference(s->forecast, s->object, s->place.depth);
    return true;
}

static bool store_reference(const struct step *s)
{
    object_of(s)->references++;
    store_object(s, s->object);
    return true;
}

/* Whether `from` is `object` or holds it, perhaps through others. */
static bool keeps_alive(const struct forecast *f, uint8_t from, uint8_t object)
{
    while (from != object && from != NO_OBJECT) {
        from = f->objects[from].held;
    }
    return from == object;
}

static bool hold(const struct step *s)
{
    uint8_t other = place_object(s->forecast, &s->call->args[1], s->place);

    if (object_of(s)->held != NO_OBJECT ||
        keeps_alive(s->forecast, other, s->object)) {
        return false;
    }
    object_of(s)->held = other;
    s->forecast->objects[other].references++;
    return true;
}

static bool drop_context(const struct step *s)
{
    uint8_t held = object_of(s)->held;

    if (held == NO_OBJECT) {
        return false;
    }
    object_of(s)->held = NO_OBJECT;
    drop_reference(s->forecast, held, s->place.depth);
    return true;
}

static bool leave_in_cycle(const struct step *s)
{
    object_of(s)->in_cycles++;
    leave_slot(s);
    return true;
}

static bool collect(const struct step *s)
{
    struct forecast *f = s->forecast;
    unsigned count = f->object_count;

    for (unsigned i = 0; i < count; i++) {
        while (f->objects[i].in_cycles > 0) {
            f->objects[i].in_cycles--;
            drop_reference(f, (uint8_t)i, s->place.depth);
        }
    }
    return true;
}

/* --- the error indicator -------------------------------------------------- */

static struct forecast_saved *saved(const struct step *s)
{
    return &s->forecast->saved[s->place.depth > 0];
}

static bool raise_error(const struct step *s)
{
    s->forecast->error_pending = true;
    return true;
}

static bool clear_error(const struct step *s)
{
    s->forecast->error_pending = false;
    return true;
}

static bool save_error(const struct step *s)
{
    if (saved(s)->present) {
        return false;
    }
    *saved(s) = (struct forecast_saved){true, s->forecast->error_pending};
    s->forecast->error_pending = false;
    return true;
}

static bool restore_error(const struct step *s)
{
    if (!saved(s)->present) {
        return false;
    }
    saved(s)->present = false;
    s->forecast->error_pending = saved(s)->pending;
    return true;
}

effect *const EFFECTS[CALL_COUNT] = {
    [CALL_PAYLOAD] = make_payload,
    [CALL_NAME] = make_name,
    [CALL_EDIT] = edit_buffer,
    [CALL_FREE] = free_block,
    [CALL_REALLOC] = resize_payload,
    [CALL_NEW] = make_capsule,
    [CALL_GET_POINTER] = get_pointer,
    [CALL_SET_POINTER] = set_pointer,
    [CALL_SET_DESTRUCTOR] = set_destructor,
    [CALL_SET_NAME] = set_name,
    [CALL_INCREF] = take_reference,
    [CALL_DECREF] = give_up_reference,
    [CALL_NEW_REF] = store_reference,
    [CALL_RAISE] = raise_error,
    [CALL_CLEAR_ERROR] = clear_error,
    [CALL_SAVE_ERROR] = save_error,
    [CALL_RESTORE_ERROR] = restore_error,
    [CALL_READ] = read_payload_of,
    [CALL_FREE_POINTER_OF] = free_pointer,
    [CALL_FREE_NAME_OF] = free_name,
    [CALL_HOLD] = hold,
    [CALL_DROP_CONTEXT_OF] = drop_context,
    [CALL_CALL_DESTRUCTOR] = call_destructor,
    [CALL_LEAVE_IN_CYCLE] = leave_in_cycle,
    [CALL_COLLECT] = collect,
};
