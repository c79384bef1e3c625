/* Drawing calls that make sense where they stand. Private to this folder and
 * its tests; mutator.h is for everybody else. */
#ifndef FUZZ_MUTATOR_GENERATE_H
#define FUZZ_MUTATOR_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/driver/target.h"
#include "fuzz/mutator/forecast.h"
#include "fuzz/mutator/lottery.h"
#include "fuzz/mutator/random.h"
#include "fuzz/mutator/weights.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one program is made of. */
struct swarm {
    uint8_t limits[3]; /* 1..SLOTS slots of each kind, by RESULT_* */
    uint8_t call_count;
    uint8_t calls[CALL_COUNT]; /* enum call_op */
    uint8_t behaviour_count;
    uint8_t behaviours[DESTRUCTOR_COUNT];
    struct lottery lottery; /* of enum call_op */
};

/* A random part of what the target has. Calls that make a capsule from nothing
 * are always in it. */
void swarm_draw(struct swarm *swarm, const struct target *target,
                const struct weights *weights, struct random *random);

/* All that the target has. */
void swarm_whole(struct swarm *swarm, const struct target *target);

/* The weights, ready to be drawn from. */
struct choices {
    struct lottery object, pointer, size, name, near_miss, fresh_length;
};

void choices_init(struct choices *choices, const struct weights *weights);

struct generator {
    const struct target *target;
    const struct weights *weights;
    const struct choices *choices;
    const struct swarm *swarm;
    struct random *random;
    struct program *program;   /* takes the texts */
    struct forecast *forecast; /* of the place where the call will stand */
};

/* Draws a call for the state of the forecast: each of the swarm's calls that
 * forecast_wants() in proportion to its weight. Neither appends nor applies
 * it. False when no call is wanted. */
bool generate_call(struct generator *generator, struct call *call);

/* Draws the result slot and all arguments anew, or one of the arguments; the
 * op, and for one argument the others, are given. */
void generate_arguments(struct generator *generator, struct call *call);
void generate_argument(struct generator *generator, struct call *call,
                       unsigned index);
void generate_result(struct generator *generator, struct call *call);

/* Continues the program, with calls of that swarm, to at most `length` calls
 * and at most `size` bytes in the binary form, as what does not fit would be
 * left out. */
void generate_calls(struct generator *generator, unsigned length, size_t size);

/* The number of calls of a generated program. */
unsigned generate_length(const struct weights *weights, struct random *random);

/* A name for an argument. `object` is the capsule that it is compared with or
 * given to; NULL where there is none. `stored`: it becomes a capsule's name. */
void choose_name(struct generator *generator,
                 const struct model_capsule *object, bool stored,
                 struct value *value);

/* A name that opens the capsule, at its own address or another. */
void choose_matching_name(struct generator *generator,
                          const struct model_capsule *object,
                          struct value *value);

/* The name of what a module may publish, for a capsule. False where the target
 * imports nothing. */
bool choose_published_name(struct generator *generator, struct value *value);

/* A pointer: `choice` is what the lottery has drawn, `payloads` the slots that
 * may be chosen. */
void choose_pointer_of(struct generator *generator, unsigned payloads,
                       unsigned choice, struct value *value);

/* The same for an argument that must be a literal. */
void choose_text(struct generator *generator, struct value *value);

/* Points `value` at a text that is nearly `text`, never the same; NULL and ""
 * are near each other: it may become NULL. Where the program has no room for
 * it: at "". */
void make_near_miss(struct generator *generator, struct characters text,
                    struct value *value);

#ifdef __cplusplus
}
#endif

#endif
