/* Names, capsules and their references. */
#include "fuzz/mutator/effects.h"

#include <string.h>

#include "fuzz/mutator/scripts.h"

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

static bool same_text(struct characters a, struct characters b)
{
    return (a.bytes == NULL) == (b.bytes == NULL) && a.length == b.length &&
           (a.bytes == b.bytes || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static bool name_matches(const struct step *s)
{
    struct forecast_name name = name_of_value(s, 1);
    struct characters asked = characters_of_name(s->forecast, &name);
    return same_text(asked, forecast_name_of(s->forecast, step_object(s)));
}

bool effect_get_pointer(const struct step *s)
{
    return name_matches(s) || step_fail(s);
}

bool effect_read_payload_of(const struct step *s)
{
    const struct forecast_object *object = step_object(s);
    return object->pointer_tag == VALUE_PAYLOAD &&
           s->forecast->payload_size[object->pointer_index] > 0 &&
           name_matches(s);
}

/* Makes the object `after`, if it may. */
static bool become(const struct step *s, const struct forecast_object *after)
{
    struct forecast *f = s->forecast;
    struct forecast_object *object = step_object(s);

    /* A dying capsule's destructor has been called already. */
    if (object->references > 0 && !forecast_may_become(f, object, after)) {
        return false;
    }
    forecast_disown(f, object);
    forecast_use_buffer(f, &object->name, -1);
    *object = *after;
    forecast_use_buffer(f, &object->name, 1);
    forecast_own(f, object);
    return true;
}

bool effect_set_name(const struct step *s)
{
    struct forecast_object after = *step_object(s);
    after.name = name_of_value(s, 1);
    return become(s, &after);
}

/* --- capsules ------------------------------------------------------------- */

static void store_object(const struct step *s, uint8_t object)
{
    s->forecast->object[s->call->result] = object;
    slot_fill(s->forecast, RESULT_CAPSULE, s->call->result);
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

bool effect_make_capsule(const struct step *s)
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
        !forecast_may_become(f, NULL, &object)) {
        return false;
    }
    if (object.pointer_tag == VALUE_NULL) {
        return step_fail(s);
    }
    f->objects[f->object_count] = object;
    forecast_own(f, &object);
    forecast_use_buffer(f, &object.name, 1);
    store_object(s, (uint8_t)f->object_count++);
    return true;
}

bool effect_set_pointer(const struct step *s)
{
    struct forecast_object after = *step_object(s);

    if (is_null(s, 1)) {
        return step_fail(s);
    }
    after.pointer_tag = s->call->args[1].tag;
    after.pointer_index = s->call->args[1].index;
    return become(s, &after);
}

/* A reference in the context belongs to the destructor that drops it. */
bool effect_set_destructor(const struct step *s)
{
    struct forecast_object after = *step_object(s);
    after.behaviour = behaviour_of_value(&s->call->args[1]);
    return after.held == NO_OBJECT && may_name(after.behaviour) &&
           become(s, &after);
}

bool effect_set_context(const struct step *s)
{
    return step_object(s)->held == NO_OBJECT;
}

bool effect_call_destructor(const struct step *s)
{
    uint8_t behaviour = step_object(s)->behaviour;

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
    forecast_disown(f, object);
    forecast_use_buffer(f, &object->name, -1);
}

/* No slot keeps what the program has no reference to. */
static void drop_reference(struct forecast *f, uint8_t index, unsigned depth)
{
    struct forecast_object *object = &f->objects[index];

    object->references--;
    for (unsigned slot = 0;
         object->references == object->holders && slot < SLOTS; slot++) {
        if (f->slots[RESULT_CAPSULE] >> slot & 1 && f->object[slot] == index) {
            slot_empty(f, RESULT_CAPSULE, slot);
        }
    }
    if (object->references == 0 && object->in_cycles == 0) {
        die(f, index, depth);
    }
}

static bool is_alive(const struct step *s)
{
    return step_object(s)->references > 0;
}

/* A reference that the program has, not only contexts. */
static bool has_reference(const struct step *s)
{
    return step_object(s)->references > step_object(s)->holders;
}

bool effect_take_reference(const struct step *s)
{
    step_object(s)->references += is_alive(s);
    return is_alive(s);
}

bool effect_give_up_reference(const struct step *s)
{
    if (!has_reference(s)) {
        return false;
    }
    drop_reference(s->forecast, s->object, s->place.depth);
    return true;
}

bool effect_store_reference(const struct step *s)
{
    if (!effect_take_reference(s)) {
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
bool effect_hold(const struct step *s)
{
    struct forecast *f = s->forecast;
    struct forecast_object *object = step_object(s);
    uint8_t other = place_object(f, &s->call->args[1], s->place);

    if (!is_alive(s) || object->held != NO_OBJECT || object->in_cycles > 0 ||
        keeps_alive(f, other, s->object)) {
        return false;
    }
    forecast_disown(f, object);
    object->behaviour = DESTRUCTOR_drop_context;
    object->held = other;
    f->objects[other].references++;
    f->objects[other].holders++;
    return true;
}

bool effect_drop_context(const struct step *s)
{
    uint8_t held = step_object(s)->held;

    if (s->place.self != s->object) {
        return false;
    }
    step_object(s)->held = NO_OBJECT;
    if (held != NO_OBJECT) {
        s->forecast->objects[held].holders--;
        drop_reference(s->forecast, held, s->place.depth);
    }
    return true;
}

bool effect_leave_in_cycle(const struct step *s)
{
    if (!has_reference(s) || s->forecast->error_pending || s->place.depth > 0 ||
        step_object(s)->held != NO_OBJECT) {
        return false;
    }
    step_object(s)->in_cycles++;
    drop_reference(s->forecast, s->object, s->place.depth);
    return true;
}

bool effect_collect(const struct step *s)
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

bool effect_show(const struct step *s) { return !s->forecast->error_pending; }
