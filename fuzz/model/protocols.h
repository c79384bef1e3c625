/* The model's knowledge of DLPack tensors and Arrow structs that are handed
 * over in capsules.
 *
 * An exchange is a struct that a producer offers in a capsule. Two producers
 * and two consumers exist: those of capsule/dlpack.h and capsule/arrow.h, and a
 * hostile side that breaks the protocol. fuzz/program/c/exchange.h has both.
 * Each consumer has four handles. The resource behind a struct must be released
 * exactly once, whatever the hostile side does. */
#ifndef FUZZ_MODEL_PROTOCOLS_H
#define FUZZ_MODEL_PROTOCOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/program/program.h"

enum { HANDLES = 4 };

enum struct_kind {
    STRUCT_DLTENSOR,
    STRUCT_DLTENSOR_VERSIONED,
    STRUCT_ARROW_SCHEMA,
    STRUCT_ARROW_ARRAY,
    STRUCT_ARROW_ARRAY_STREAM,
    STRUCT_ARROW_DEVICE_ARRAY,
    STRUCT_KINDS
};

/* The manners of a callback: each names an action that the callback adds to the
 * release of the resource. */
enum offer_manner {
    OFFER_PLAIN,
    OFFER_RAISES,  /* raises an exception */
    OFFER_AGAIN,   /* releases the struct again */
    OFFER_MANNERS, /* only the hostile producer has the others */
    OFFER_NO_RELEASE = OFFER_MANNERS, /* there is no callback */
    OFFER_UNMARKED,     /* does not mark an Arrow struct as released */
    OFFER_NEXT_VERSION, /* of DLPack */
    HOSTILE_MANNERS
};

/* The ways in which the hostile consumer takes a struct. hostile_take() in
 * fuzz/program/c/takes.h explains each. */
enum hostile_way {
    HOSTILE_KEEP,
    HOSTILE_MOVE,
    HOSTILE_HOLD,
    HOSTILE_RELEASE,
    HOSTILE_COPY,
    HOSTILE_TWICE,
    HOSTILE_FORGET,
    HOSTILE_GIVE_BACK,
    HOSTILE_RAISE,
    HOSTILE_WAYS
};

/* The words of programs for these enumerators. */
extern const char *const STRUCT_KIND_WORDS[STRUCT_KINDS];
extern const char *const OFFER_MANNER_WORDS[HOSTILE_MANNERS];
extern const char *const HOSTILE_WAY_WORDS[HOSTILE_WAYS];

struct model_exchange {
    uint8_t kind;   /* enum struct_kind */
    uint8_t manner; /* enum offer_manner */
    bool hostile;   /* the hostile producer offers it */
    int16_t capsule;
    bool marked;   /* Arrow: the struct in the capsule is marked as released */
    bool released; /* the resource */
    bool ended;    /* the capsule's destructor has run */
};

struct model_handle {
    int16_t exchange; /* NOTHING until the first use */
    bool full;
    bool in_place; /* the struct in the capsule, not a copy */
};

struct model_protocols {
    uint8_t count;
    uintptr_t offered; /* the struct in the newest capsule; the performer of the
                          call says it */
    struct model_handle taken[HANDLES]; /* by the headers' consumer */
    struct model_handle kept[HANDLES];  /* by the hostile consumer */
    struct model_exchange exchange[MAX_CALLS];
};

static inline bool struct_is_dlpack(int kind)
{
    return kind <= STRUCT_DLTENSOR_VERSIONED;
}

/* Says where the names of capsules are: of a struct that is offered, and of a
 * taken one. The names of Arrow do not change. */
void model_name_structs(enum struct_kind kind, const char *offered,
                        const char *taken);

/* True if a name of these capsules, a constant, is at the address. */
bool model_is_struct_name(uintptr_t address);

#endif
