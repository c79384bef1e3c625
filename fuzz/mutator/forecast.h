/* What a program probably has at one point: which slots hold something and what
 * the capsules in them are made of.
 *
 * The generator asks it, so that most calls are ones that the executor will
 * perform. It is a guess in one pass, deliberately less than the model: where
 * both differ, a call is left out by the executor and nothing else happens.
 * Private to this folder and its tests.
 */
#ifndef FUZZ_MUTATOR_FORECAST_H
#define FUZZ_MUTATOR_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    FORECAST_OBJECTS = 2 * MAX_CALLS,
    NO_OBJECT = 0xff,
    NO_BEHAVIOUR = 0xff
};

/* Characters somewhere: in the program, in a destructor's program, or in the
 * forecast itself. */
struct characters {
    const char *bytes;
    uint16_t length;
};

struct forecast_name {
    uint8_t tag;            /* VALUE_NULL, VALUE_BUFFER or VALUE_TEXT */
    uint8_t index;          /* VALUE_BUFFER: slot */
    struct characters text; /* VALUE_TEXT */
};

struct forecast_object {
    struct forecast_name name;
    uint8_t pointer_tag;   /* VALUE_PAYLOAD; else nothing to read or free */
    uint8_t pointer_index; /* slot */
    uint8_t behaviour;     /* enum behaviour or NO_BEHAVIOUR */
    uint8_t references;    /* of the program and of contexts */
    uint8_t in_cycles;     /* those that only the collector can drop */
    uint8_t held;          /* object in the context, or NO_OBJECT */
};

struct forecast_buffer {
    struct characters text;
    uint16_t capacity; /* bytes, without the NUL */
    uint8_t users;     /* live capsules whose name it is */
};

/* The program itself, or a destructor that is running. */
struct forecast_frame {
    bool has_saved;
    bool saved;   /* whether the saved indicator was set */
    bool pending; /* when the frame began */
};

enum { FORECAST_FRAMES = 20 };

struct forecast {
    const struct program *program; /* borrowed */
    uint8_t slots[4];              /* masks of what is there, by RESULT_*;
                                    * the fourth is all ones */
    uint8_t owned[3];              /* masks of what a destructor will free */
    bool error_pending;
    struct forecast_frame frames[FORECAST_FRAMES]; /* by depth */
    uint8_t object[SLOTS];                         /* of a capsule slot */
    uint16_t payload_size[SLOTS];
    struct forecast_buffer buffers[SLOTS];
    unsigned object_count;
    struct forecast_object objects[FORECAST_OBJECTS];
    /* Buffers' contents after edits. */
    uint16_t edited_size;
    char edited[512];
};

/* The state before the first call. Costs little; most of it needs no value. */
void forecast_start(struct forecast *forecast, const struct program *program);

/* Makes the call, whose texts are in the forecast's program. False when the
 * executor will probably leave it out; then nothing changes. */
bool forecast_apply(struct forecast *forecast, const struct call *call);

/* Whether a slot holds something; true for what is no slot. */
bool forecast_is_there(const struct forecast *forecast,
                       const struct value *value);

/* The capsule slots with which the call makes sense as its first argument, as
 * a mask. */
unsigned forecast_capsules_for(const struct forecast *forecast,
                               enum call_op op);

/* The capsule slots that `holder` may hold in its context without keeping
 * itself alive, as a mask. */
unsigned forecast_holdable(const struct forecast *forecast,
                           const struct forecast_object *holder);

/* The payload or buffer slots that free() may have, as a mask. */
unsigned forecast_free_payloads(const struct forecast *forecast);
unsigned forecast_free_buffers(const struct forecast *forecast);

/* The buffer slots that a capsule may have as its name, as a mask. */
unsigned forecast_usable_buffers(const struct forecast *forecast);

/* Whether the call, made now, could be performed with the right arguments and
 * is about something that exists: a capsule call needs a capsule, a result a
 * free slot among the first `limits[RESULT_*]`. */
bool forecast_wants(const struct forecast *forecast, enum call_op op,
                    const uint8_t limits[3]);

/* The object that an argument stands for; NULL where it is none. */
const struct forecast_object *
forecast_object_of(const struct forecast *forecast, const struct value *value);

/* The characters of the object's name; length 0 and bytes NULL for NULL. */
struct characters forecast_name_of(const struct forecast *forecast,
                                   const struct forecast_object *object);

#ifdef __cplusplus
}
#endif

#endif
