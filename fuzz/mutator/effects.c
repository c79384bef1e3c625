#include "fuzz/mutator/effects.h"

#include <string.h>

#include "fuzz/mutator/scripts.h"

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

static struct forecast_frame *frame_of(const struct step *s)
{
    return &s->forecast->frames[s->place.depth];
}

/* A destructor must not touch an exception that was pending before it, unless
 * it has saved it. */
static bool may_touch_error(const struct step *s)
{
    return s->place.depth == 0 || frame_of(s)->has_saved ||
           !frame_of(s)->pending;
}

bool fail(const struct step *s)
{
    s->forecast->error_pending |= may_touch_error(s);
    return may_touch_error(s);
}

/* --- who frees what ---------------------------------------------------------
 */

static bool owns_payload(const struct forecast_object *object)
{
    return object->pointer_tag == VALUE_PAYLOAD &&
           object->behaviour != NO_BEHAVIOUR &&
           SCRIPTS[object->behaviour].frees_pointer;
}

static bool owns_buffer(const struct forecast_object *object)
{
    return object->name.tag == VALUE_BUFFER &&
           object->behaviour != NO_BEHAVIOUR &&
           SCRIPTS[object->behaviour].frees_name;
}

/* Around every change of pointer, name or destructor. */
static void disown(struct forecast *f, const struct forecast_object *object)
{
    if (owns_payload(object)) {
        f->owned[RESULT_PAYLOAD] &= (uint8_t)~(1u << object->pointer_index);
    }
    if (owns_buffer(object)) {
        f->owned[RESULT_BUFFER] &= (uint8_t)~(1u << object->name.index);
    }
}

static void own(struct forecast *f, const struct forecast_object *object)
{
    if (owns_payload(object)) {
        f->owned[RESULT_PAYLOAD] |= (uint8_t)(1u << object->pointer_index);
    }
    if (owns_buffer(object)) {
        f->owned[RESULT_BUFFER] |= (uint8_t)(1u << object->name.index);
    }
}

/* Whether an object, `before` until now, may become `after`: what it is to
 * free must be there and belong to nobody else, what it uses to nobody else. */
static bool may_become(struct forecast *f, const struct forecast_object *before,
                       const struct forecast_object *after)
{
    const struct script *script =
        after->behaviour == NO_BEHAVIOUR ? NULL : &SCRIPTS[after->behaviour];
    bool same_buffer = before && before->name.tag == VALUE_BUFFER &&
                       after->name.tag == VALUE_BUFFER &&
                       before->name.index == after->name.index;
    bool right = true;

    if (before) {
        disown(f, before);
    }
    if (script && script->frees_pointer) {
        right &= after->pointer_tag == VALUE_PAYLOAD &&
                 !(f->owned[RESULT_PAYLOAD] >> after->pointer_index & 1);
    }
    if (after->name.tag == VALUE_BUFFER) {
        right &= !(f->owned[RESULT_BUFFER] >> after->name.index & 1);
        right &= !script || !script->frees_name ||
                 f->buffers[after->name.index].users == (same_buffer ? 1 : 0);
    } else {
        right &= !script || !script->frees_name;
    }
    if (before) {
        own(f, before);
    }
    return right;
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
    if (s->forecast->owned[RESULT_PAYLOAD] >> s->call->args[0].index & 1) {
        return false;
    }
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
        if (s->forecast->owned[RESULT_PAYLOAD] >> block->index & 1) {
            return false;
        }
        forget_payload(s->forecast, block->index);
        return true;
    }
    if (s->forecast->buffers[block->index].users > 0) {
        return false;
    }
    empty_slot(s->forecast, RESULT_BUFFER, block->index);
    return true;
}

/* These are for destructors, and what is freed is there: may_become(). */
static bool free_pointer(const struct step *s)
{
    if (s->place.self != s->object ||
        object_of(s)->pointer_tag != VALUE_PAYLOAD) {
        return false;
    }
    disown(s->forecast, object_of(s));
    forget_payload(s->forecast, object_of(s)->pointer_index);
    own(s->forecast, object_of(s));
    return true;
}

static bool free_name(const struct step *s)
{
    const struct forecast_name *name = &object_of(s)->name;

    if (s->place.self != s->object || name->tag != VALUE_BUFFER) {
        return false;
    }
    empty_slot(s->forecast, RESULT_BUFFER, name->index);
    return true;
}

/* --- names ---------------------------------------------------------------- */

/* An empty buffer slot is NULL. */
static struct forecast_name name_of_value(const struct step *s, unsigned index)
{
    const struct value *value = &s->call->args[index];
    struct forecast_name name = {value->tag, value->index, {NULL, 0}};

    if (value->tag == VALUE_TEXT) {
        name.text =
            (struct characters){s->place.text + value->offset, value->number};
    } else if (!forecast_is_there(s->forecast, value)) {
        name.tag = VALUE_NULL;
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

static bool name_matches(const struct step *s)
{
    struct forecast_name name = name_of_value(s, 1);
    struct characters asked = characters_of_name(s->forecast, &name);
    return same_text(asked, forecast_name_of(s->forecast, object_of(s)));
}

static bool get_pointer(const struct step *s)
{
    return name_matches(s) || fail(s);
}

static bool read_payload_of(const struct step *s)
{
    const struct forecast_object *object = object_of(s);
    return object->pointer_tag == VALUE_PAYLOAD &&
           s->forecast->payload_size[object->pointer_index] > 0 &&
           name_matches(s);
}

/* Makes the object `after`, if it may. */
static bool become(const struct step *s, const struct forecast_object *after)
{
    struct forecast *f = s->forecast;
    struct forecast_object *object = object_of(s);

    /* A dying capsule's destructor has been called already. */
    if (object->references > 0 && !may_become(f, object, after)) {
        return false;
    }
    disown(f, object);
    use_buffer(f, &object->name, -1);
    *object = *after;
    use_buffer(f, &object->name, 1);
    own(f, object);
    return true;
}

static bool set_name(const struct step *s)
{
    struct forecast_object after = *object_of(s);
    after.name = name_of_value(s, 1);
    return become(s, &after);
}

/* --- capsules ------------------------------------------------------------- */

static void store_object(const struct step *s, uint8_t object)
{
    s->forecast->object[s->call->result] = object;
    fill_slot(s->forecast, RESULT_CAPSULE, s->call->result);
}

static uint8_t behaviour_of_value(const struct value *value)
{
    return value->tag == VALUE_NULL ? NO_BEHAVIOUR : value->index;
}

/* Behaviours that a program may install by naming them. */
static bool may_name(uint8_t behaviour)
{
    return behaviour == NO_BEHAVIOUR ||
           (!SCRIPTS[behaviour].misuse && !SCRIPTS[behaviour].drops_context);
}

/* An empty payload slot is NULL. */
static bool is_null(const struct step *s, unsigned index)
{
    const struct value *pointer = &s->call->args[index];
    return pointer->tag == VALUE_NULL ||
           !forecast_is_there(s->forecast, pointer);
}

static bool make_capsule(const struct step *s)
{
    struct forecast *f = s->forecast;
    const struct value *args = s->call->args;
    struct forecast_object object = {.name = name_of_value(s, 1),
                                     .pointer_tag = args[0].tag,
                                     .pointer_index = args[0].index,
                                     .behaviour = behaviour_of_value(&args[2]),
                                     .references = 1,
                                     .held = NO_OBJECT};

    if (is_null(s, 0)) {
        object.pointer_tag = VALUE_NULL;
    }
    if (f->object_count == FORECAST_OBJECTS || !may_name(object.behaviour) ||
        !may_become(f, NULL, &object)) {
        return false;
    }
    if (object.pointer_tag == VALUE_NULL) {
        return fail(s);
    }
    f->objects[f->object_count] = object;
    own(f, &object);
    use_buffer(f, &object.name, 1);
    store_object(s, (uint8_t)f->object_count++);
    return true;
}

static bool set_pointer(const struct step *s)
{
    struct forecast_object after = *object_of(s);

    if (is_null(s, 1)) {
        return fail(s);
    }
    after.pointer_tag = s->call->args[1].tag;
    after.pointer_index = s->call->args[1].index;
    return become(s, &after);
}

/* A reference in the context belongs to the destructor that drops it. */
static bool set_destructor(const struct step *s)
{
    struct forecast_object after = *object_of(s);
    after.behaviour = behaviour_of_value(&s->call->args[1]);
    return after.held == NO_OBJECT && may_name(after.behaviour) &&
           become(s, &after);
}

static bool set_context(const struct step *s)
{
    return object_of(s)->held == NO_OBJECT;
}

static bool call_destructor(const struct step *s)
{
    uint8_t behaviour = object_of(s)->behaviour;

    if (behaviour == NO_BEHAVIOUR || SCRIPTS[behaviour].frees_pointer ||
        SCRIPTS[behaviour].frees_name || SCRIPTS[behaviour].drops_context) {
        return false;
    }
    forecast_destructor(s->forecast, behaviour, s->object, s->place.depth);
    return true;
}

/* --- references ----------------------------------------------------------- */

static void die(struct forecast *f, uint8_t index, unsigned depth)
{
    struct forecast_object *object = &f->objects[index];
    forecast_destructor(f, object->behaviour, index, depth);
    disown(f, object);
    use_buffer(f, &object->name, -1);
}

/* No slot keeps what the program has no reference to. */
static void drop_reference(struct forecast *f, uint8_t index, unsigned depth)
{
    if (--f->objects[index].references > 0) {
        return;
    }
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        if (f->slots[RESULT_CAPSULE] >> slot & 1 && f->object[slot] == index) {
            empty_slot(f, RESULT_CAPSULE, slot);
        }
    }
    if (f->objects[index].in_cycles == 0) {
        die(f, index, depth);
    }
}

static bool is_alive(const struct step *s)
{
    return object_of(s)->references > 0;
}

static bool take_reference(const struct step *s)
{
    object_of(s)->references += is_alive(s);
    return is_alive(s);
}

static bool give_up_reference(const struct step *s)
{
    if (!is_alive(s)) {
        return false;
    }
    drop_reference(s->forecast, s->object, s->place.depth);
    return true;
}

static bool store_reference(const struct step *s)
{
    if (!take_reference(s)) {
        return false;
    }
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

/* The context owns a reference, which the destructor drops. */
static bool hold(const struct step *s)
{
    struct forecast *f = s->forecast;
    struct forecast_object *object = object_of(s);
    uint8_t other = place_object(f, &s->call->args[1], s->place);

    if (!is_alive(s) || object->held != NO_OBJECT || object->in_cycles > 0 ||
        keeps_alive(f, other, s->object)) {
        return false;
    }
    disown(f, object);
    object->behaviour = DESTRUCTOR_drop_context;
    object->held = other;
    f->objects[other].references++;
    return true;
}

static bool drop_context(const struct step *s)
{
    uint8_t held = object_of(s)->held;

    if (s->place.self != s->object) {
        return false;
    }
    object_of(s)->held = NO_OBJECT;
    if (held != NO_OBJECT) {
        drop_reference(s->forecast, held, s->place.depth);
    }
    return true;
}

static bool leave_in_cycle(const struct step *s)
{
    if (!is_alive(s) || s->forecast->error_pending || s->place.depth > 0 ||
        object_of(s)->held != NO_OBJECT) {
        return false;
    }
    object_of(s)->in_cycles++;
    drop_reference(s->forecast, s->object, s->place.depth);
    return true;
}

static bool collect(const struct step *s)
{
    struct forecast *f = s->forecast;
    unsigned count = f->object_count;

    if (f->error_pending || s->place.depth > 0) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (f->objects[i].in_cycles > 0) {
            f->objects[i].in_cycles = 0;
            if (f->objects[i].references == 0) {
                die(f, (uint8_t)i, s->place.depth);
            }
        }
    }
    return true;
}

static bool show(const struct step *s) { return !s->forecast->error_pending; }

/* --- the error indicator -------------------------------------------------- */

static bool raise_error(const struct step *s)
{
    s->forecast->error_pending |= s->place.depth == 0;
    return s->place.depth == 0;
}

static bool clear_error(const struct step *s)
{
    s->forecast->error_pending &= !may_touch_error(s);
    return may_touch_error(s);
}

static bool save_error(const struct step *s)
{
    if (frame_of(s)->has_saved) {
        return false;
    }
    frame_of(s)->has_saved = true;
    frame_of(s)->saved = s->forecast->error_pending;
    s->forecast->error_pending = false;
    return true;
}

static bool restore_error(const struct step *s)
{
    if (!frame_of(s)->has_saved) {
        return false;
    }
    frame_of(s)->has_saved = false;
    s->forecast->error_pending = frame_of(s)->saved;
    return true;
}

static bool fail_allocation(const struct step *s)
{
    return s->call->args[0].number > 0 && s->place.depth == 0;
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
    [CALL_SET_CONTEXT] = set_context,
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
    [CALL_REPR] = show,
    [CALL_FAIL_ALLOCATION] = fail_allocation,
};
