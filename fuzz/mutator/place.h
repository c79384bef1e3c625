/* Where a call stands, and whether it may be made there. Private to the
 * forecast. */
#ifndef FUZZ_MUTATOR_PLACE_H
#define FUZZ_MUTATOR_PLACE_H

#include "fuzz/mutator/forecast.h"

/* Where a call stands: in the program, or in that of a destructor. */
struct place {
    const char *text; /* its literals are offsets into this */
    uint8_t self;     /* object that is being destroyed, or NO_OBJECT */
    uint8_t depth;    /* of destructors within destructors */
};

enum { MAX_DEPTH = 16 };

static inline bool place_is_destructor(struct place place)
{
    return place.depth > 0;
}

static inline bool forecast_has(const struct forecast *f, enum yield kind,
                                unsigned slot)
{
    return f->slots[kind] >> slot & 1;
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
    return forecast_has(f, RESULT_CAPSULE, value->index)
               ? f->object[value->index]
               : NO_OBJECT;
}

/* Whether the executor will probably perform the call. */
bool place_permits(const struct forecast *f, const struct call *call,
                   struct place place);

#endif
