/* What each call does to a forecast. Private to it. */
#ifndef FUZZ_MUTATOR_EFFECTS_H
#define FUZZ_MUTATOR_EFFECTS_H

#include "fuzz/mutator/forecast.h"

/* Where a call stands: in the program, or in that of a destructor. */
struct place {
    const char *text; /* its literals are offsets into this */
    uint8_t self;     /* object that is being destroyed, or NO_OBJECT */
    uint8_t depth;    /* of destructors within destructors */
};

/* One call, whose slots are as they must be. */
struct step {
    struct forecast *forecast;
    const struct call *call;
    struct place place;
    uint8_t object; /* that the first argument stands for, or NO_OBJECT */
};

/* Returns false, with nothing changed, when the executor will leave the call
 * out. */
typedef bool effect(const struct step *step);

/* NULL: the call changes nothing that is forecast. */
extern effect *const EFFECTS[CALL_COUNT];

effect effect_make_payload, effect_make_name, effect_edit_buffer,
    effect_free_block, effect_resize_payload, effect_raise_error,
    effect_clear_error, effect_save_error, effect_restore_error,
    effect_free_pointer, effect_free_name, effect_fail_allocation;
effect effect_make_capsule, effect_get_pointer, effect_set_pointer,
    effect_set_destructor, effect_set_name, effect_set_context,
    effect_take_reference, effect_give_up_reference, effect_store_reference,
    effect_read_payload_of, effect_hold, effect_drop_context,
    effect_call_destructor, effect_leave_in_cycle, effect_collect, effect_show;

/* --- for the effects ------------------------------------------------------ */

/* The call fails: an exception is pending afterwards. A destructor that would
 * lose the caller's exception by it leaves the call out. */
bool step_fail(const struct step *step);

static inline void slot_fill(struct forecast *f, enum yield kind, unsigned slot)
{
    f->slots[kind] |= (uint8_t)(1u << slot);
}

static inline void slot_empty(struct forecast *f, enum yield kind,
                              unsigned slot)
{
    f->slots[kind] &= (uint8_t)~(1u << slot);
}

static inline struct forecast_object *step_object(const struct step *s)
{
    return &s->forecast->objects[s->object];
}

static inline struct forecast_frame *step_frame(const struct step *s)
{
    return &s->forecast->frames[s->place.depth];
}

/* A destructor must not touch an exception that was pending before it, unless
 * it has saved it. */
static inline bool step_may_touch_error(const struct step *s)
{
    return s->place.depth == 0 || step_frame(s)->has_saved ||
           !step_frame(s)->pending;
}

/* The object that an argument stands for, or NO_OBJECT. */
static inline uint8_t place_object(const struct forecast *f,
                                   const struct value *value,
                                   struct place place)
{
    if (value->tag != VALUE_CAPSULE) {
        return NO_OBJECT;
    }
    if (value->index == SLOT_SELF) {
        return place.self;
    }
    return f->slots[RESULT_CAPSULE] >> value->index & 1
               ? f->object[value->index]
               : NO_OBJECT;
}

static inline struct characters
characters_of_name(const struct forecast *f, const struct forecast_name *name)
{
    switch (name->tag) {
    case VALUE_TEXT:
        return name->text;
    case VALUE_BUFFER:
        return f->buffers[name->index].text;
    default:
        return (struct characters){NULL, 0};
    }
}

/* Runs the destructor's program for the object. */
void forecast_destructor(struct forecast *forecast, uint8_t behaviour,
                         uint8_t object, unsigned depth);

/* Around every change of an object's pointer, name or destructor. */
void forecast_disown(struct forecast *forecast,
                     const struct forecast_object *object);
void forecast_own(struct forecast *forecast,
                  const struct forecast_object *object);

/* Whether an object, `before` until now, may become `after`: what it is to
 * free must be there and belong to nobody else, what it uses to nobody else. */
bool forecast_may_become(struct forecast *forecast,
                         const struct forecast_object *before,
                         const struct forecast_object *after);

/* Counts a live capsule more or less whose name is that buffer. */
void forecast_use_buffer(struct forecast *forecast,
                         const struct forecast_name *name, int change);

#endif
