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

/* The call fails: an exception is pending afterwards. A destructor that would
 * lose the caller's exception by it leaves the call out. */
bool fail(const struct step *step);

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

#endif
