/* Predicts the model's state after each call of a program, so that the
 * generator avoids calls that the executor would skip.
 *
 * The model says what calls do. The forecast invents the addresses of payloads
 * and capsules, which nothing reads through. It guesses what only the
 * implementation decides: which call meets a failing allocation, and in which
 * order the collector works. A wrong guess only costs a call: the executor
 * skips it. Private to this folder and its tests. */
#ifndef FUZZ_MUTATOR_FORECAST_H
#define FUZZ_MUTATOR_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/model/model.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A string: in the program, in a destructor's program, or in the forecast. */
struct characters {
    const char *bytes;
    uint32_t length;
};

struct forecast {
    const struct program *program; /* borrowed */
    uint8_t slots[4]; /* by RESULT_*: masks of the slots in use; the fourth is
                         all ones */
    struct model model;
    unsigned fail_at; /* the n-th allocation fails; 0: none */
    bool fails_on;    /* all later allocations fail too */
    /* The contents of the name buffers, which calls of edit() change. */
    uint32_t text_size;
    char text[MAX_TEXT];
};

/* Sets the state before the first call. Cheap: most of the struct needs no
 * initial value. */
void forecast_start(struct forecast *forecast, const struct program *program);

/* Applies the call, whose texts are in the forecast's program. Returns false,
 * and changes nothing, if the executor will skip the call. */
bool forecast_apply(struct forecast *forecast, const struct call *call);

/* True if forecast_apply() would apply the call. */
bool forecast_permits(const struct forecast *forecast, const struct call *call);

/* True if the model permits a call with these arguments. */
bool forecast_permits_args(const struct forecast *forecast, enum call_op op,
                           const struct model_arg *args);

/* An argument without a value. */
#define NO_ARG                                                                 \
    ((struct model_arg){                                                       \
        .number = 1, .capsule = NOTHING, .value = {0, NOTHING, NOTHING}})

/* Makes the calls of the destructor and ends its frame. The caller has begun
 * the frame. */
void forecast_run_destructor(struct forecast *forecast, int behaviour);

/* Makes the calls of the program that code of the module runs inside an
 * import, if there is one. */
void forecast_run_inside(struct forecast *forecast, unsigned module);

/* True if the value is not a slot, or if the slot is in use. */
bool forecast_is_there(const struct forecast *forecast,
                       const struct value *value);

/* Returns a mask of the capsule slots with which the call is useful, as its
 * first argument. */
unsigned forecast_capsules_for(const struct forecast *forecast,
                               enum call_op op);

/* Returns a mask of the capsule slots that `holder` may hold in its context. */
unsigned forecast_holdable(const struct forecast *forecast,
                           const struct model_capsule *holder);

/* Return masks of the payload or buffer slots that the program may free. */
unsigned forecast_free_payloads(const struct forecast *forecast);
unsigned forecast_free_buffers(const struct forecast *forecast);

/* Returns a mask of the buffer slots that a capsule may have as its name. */
unsigned forecast_usable_buffers(const struct forecast *forecast);

/* Returns a mask of the buffer slots that contain at least one character. */
unsigned forecast_editable_buffers(const struct forecast *forecast);

/* True if the call is possible now with the right arguments, and useful: a
 * capsule call needs a capsule, a result needs a free slot among the first
 * `limits[RESULT_*]`. */
bool forecast_wants(const struct forecast *forecast, enum call_op op,
                    const uint8_t limits[3]);

/* Returns the capsule that an argument stands for; NULL if there is none. */
const struct model_capsule *forecast_object_of(const struct forecast *forecast,
                                               const struct value *value);

/* Returns the capsule's name; for NULL, length 0 and bytes NULL. */
struct characters forecast_name_of(const struct model_capsule *capsule);

/* Returns the text in a buffer slot that is in use. */
struct characters forecast_text_of(const struct forecast *forecast,
                                   unsigned slot);

#ifdef __cplusplus
}
#endif

#endif
