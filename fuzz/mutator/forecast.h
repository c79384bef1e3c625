/* Predicts the model's state after each call of a program, so that the
 * generator can avoid calls that the executor would leave out.
 *
 * The model says what calls do; the forecast makes up the addresses that nobody
 * looks behind. What the implementation alone decides (whether an allocation
 * fails, in which order the collector works) is a guess. A wrong guess only
 * costs a call: the executor leaves it out. Private to this folder and its
 * tests.
 */
#ifndef FUZZ_MUTATOR_FORECAST_H
#define FUZZ_MUTATOR_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/model/model.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Characters somewhere: in the program, in a destructor's program, or in the
 * forecast itself. */
struct characters {
    const char *bytes;
    uint16_t length;
};

struct forecast {
    const struct program *program; /* borrowed */
    uint8_t slots[4];              /* masks of what is there, by RESULT_*;
                                    * the fourth is all ones */
    struct model model;
    unsigned fail_at; /* the allocation that fails; 0: none */
    bool fails_on;    /* and so do those behind it */
    /* The buffers' contents, which edits change. */
    uint32_t text_size;
    char text[MAX_TEXT];
};

/* The state before the first call. Costs little; most of it needs no value. */
void forecast_start(struct forecast *forecast, const struct program *program);

/* Makes the call, whose texts are in the forecast's program. False when the
 * executor will leave it out; then nothing changes. */
bool forecast_apply(struct forecast *forecast, const struct call *call);

/* True if forecast_apply() would make it. */
bool forecast_permits(const struct forecast *forecast, const struct call *call);

/* True if the model permits a call with these arguments. */
bool forecast_permits_args(const struct forecast *forecast, enum call_op op,
                           const struct model_arg *args);

/* An argument that is nothing in particular. */
#define NO_ARG                                                                 \
    ((struct model_arg){                                                       \
        .number = 1, .capsule = NOTHING, .value = {0, NOTHING, NOTHING}})

/* Makes the calls of the destructor, whose frame has begun, and ends the
 * frame. */
void forecast_run_destructor(struct forecast *forecast, int behaviour);

/* True if a slot holds something, and for what is no slot. */
bool forecast_is_there(const struct forecast *forecast,
                       const struct value *value);

/* The capsule slots with which the call makes sense as its first argument, as
 * a mask. */
unsigned forecast_capsules_for(const struct forecast *forecast,
                               enum call_op op);

/* The capsule slots that `holder` may hold in its context, as a mask. */
unsigned forecast_holdable(const struct forecast *forecast,
                           const struct model_capsule *holder);

/* The payload or buffer slots that free() may have, as a mask. */
unsigned forecast_free_payloads(const struct forecast *forecast);
unsigned forecast_free_buffers(const struct forecast *forecast);

/* The buffer slots that a capsule may have as its name, as a mask. */
unsigned forecast_usable_buffers(const struct forecast *forecast);

/* The buffer slots that have a character, as a mask. */
unsigned forecast_editable_buffers(const struct forecast *forecast);

/* True if the call, made now, could be performed with the right arguments and
 * is about something that exists: a capsule call needs a capsule, a result a
 * free slot among the first `limits[RESULT_*]`. */
bool forecast_wants(const struct forecast *forecast, enum call_op op,
                    const uint8_t limits[3]);

/* The capsule that an argument stands for; NULL where it is none. */
const struct model_capsule *forecast_object_of(const struct forecast *forecast,
                                               const struct value *value);

/* The characters of the capsule's name; length 0 and bytes NULL for NULL. */
struct characters forecast_name_of(const struct model_capsule *capsule);

/* The characters in a buffer slot, which holds something. */
struct characters forecast_text_of(const struct forecast *forecast,
                                   unsigned slot);

#ifdef __cplusplus
}
#endif

#endif
