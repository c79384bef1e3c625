/* A table of the structures that capsules of DLPack and Arrow offer. */
#ifndef CHECK_OFFERS_H
#define CHECK_OFFERS_H

#include <stdint.h>

#include "check/callbacks.h"
#include "check/record.h"

enum offer_state {
    OFFER_TAKEN = 1 << 0,       /* renamed by a consumer (DLPack) */
    OFFER_RELEASED = 1 << 1,    /* the callback was called */
    OFFER_BY_CONSUMER = 1 << 2, /* and not by the capsule's destructor */
    OFFER_COPY = 1 << 3,        /* and with a copy of the structure (Arrow) */
    OFFER_MOVED = 1 << 4,   /* out of the capsule, or released there (Arrow) */
    OFFER_ENDED = 1 << 5,   /* the capsule is gone */
    OFFER_MISNAMED = 1 << 6 /* renamed, but not as consumers must (DLPack) */
};

/* The structure that one capsule offers. */
struct offer {
    uintptr_t structure;
    uintptr_t private_data;
    uintptr_t object; /* the capsule, while it lives */
    /* The call that renamed the capsule or, for Arrow, got its pointer. */
    uintptr_t taken_at;
    uintptr_t released_at;
    uint32_t kind;
    uint32_t state;
    uint32_t older; /* offer of the same owner, or next unused offer */
    uint32_t newer; /* offer of the same owner */
};

/* Returns the offer of a number. 0 is the number of no offer. */
struct offer *offer_at(uint32_t number);

/* All offers have numbers from 1 on, below this one. An unused offer has no
 * structure. */
uint32_t offers_end(void);

/* Adds what the capsule offers, whose memory is readable. Returns its number; 0
 * without memory. `*other` becomes the capsule that offered the same structure
 * until now, or 0. Takes the lock. */
uint32_t offer_add(const struct record *record, uint32_t kind,
                   uintptr_t *other);

/* Drops an offer. The caller holds the lock. */
void offer_drop(uint32_t number);

/* Finds the offer that a structure, or a moved copy of it, belongs to; 0 if
 * there is none. The caller holds the lock. */
uint32_t offer_of(uint32_t kind, uintptr_t self);

/* The capsule has ended, and a consumer has the structure. The caller holds the
 * lock. */
void offer_outlives_capsule(uint32_t number);

/* Returns the callback that is now in the structure of the capsule; NULL if the
 * structure cannot be read. */
callback offer_callback(const struct offer *offer);

#endif
