/* Generates calls that are useful in the state where they stand. Private to
 * this folder and its tests; other code includes mutator.h. */
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

/* The calls, destructors and slots that one program uses. */
struct swarm {
    uint8_t limits[3]; /* by RESULT_*: slots of each kind, 1..SLOTS */
    uint8_t call_count;
    uint8_t calls[CALL_COUNT]; /* enum call_op */
    uint8_t behaviour_count;
    uint8_t behaviours[DESTRUCTOR_COUNT];
    struct lottery lottery; /* of enum call_op */
};

/* Draws a random part of the target's calls and destructors. Calls that create
 * a capsule are always included. */
void swarm_draw(struct swarm *swarm, const struct target *target,
                const struct weights *weights, struct random *random);

/* Takes all calls and destructors of the target. */
void swarm_whole(struct swarm *swarm, const struct target *target);

/* The weights as lotteries, for fast draws. */
struct choices {
    struct lottery object, pointer, size, count, name, near_miss, fresh_length;
};

void choices_init(struct choices *choices, const struct weights *weights);

struct generator {
    const struct target *target;
    const struct weights *weights;
    const struct choices *choices;
    const struct swarm *swarm;
    struct random *random;
    struct program *program;   /* receives the texts */
    struct forecast *forecast; /* the state where the call will stand */
};

/* Draws a call for the state of the forecast: a call of the swarm that
 * forecast_wants(), in proportion to its weight. Does not append or apply the
 * call. Returns false if no call is wanted. */
bool generate_call(struct generator *generator, struct call *call);

/* Choose all arguments, one argument, or the result slot of a call. The op is
 * given; for one argument, the other arguments too. */
void generate_arguments(struct generator *generator, struct call *call);
void generate_argument(struct generator *generator, struct call *call,
                       unsigned index);
void generate_result(struct generator *generator, struct call *call);

/* Appends calls of the swarm, up to `length` calls and `size` bytes of binary
 * form in total; encoding would cut off the rest. */
void generate_calls(struct generator *generator, unsigned length, size_t size);

/* Draws the number of calls of a generated program. */
unsigned generate_length(const struct weights *weights, struct random *random);

/* Chooses a name for an argument. `object` is the capsule whose name it is
 * compared with or becomes; NULL if there is none. `stored`: the name becomes a
 * capsule's name. */
void choose_name(struct generator *generator,
                 const struct model_capsule *object, bool stored,
                 struct value *value);

/* Chooses a name that opens the capsule, at the name's own address or
 * another. */
void choose_matching_name(struct generator *generator,
                          const struct model_capsule *object,
                          struct value *value);

/* Chooses a name that leads to a module's attribute. Returns false if the
 * target imports nothing, or by chance. */
bool choose_published_name(struct generator *generator, struct value *value);

/* Return how many of the ADDRESSES, and how many tags of an argument, programs
 * of the target contain. They differ for a target without `extremes`. */
unsigned drawn_addresses(const struct target *target);
unsigned drawn_tags(const struct target *target, enum arg_kind kind);

/* Chooses a pointer. `choice` is the kind that the lottery has drawn;
 * `payloads` is a mask of the slots to choose from. */
void choose_pointer_of(struct generator *generator, unsigned payloads,
                       unsigned choice, struct value *value);

/* Chooses how often a bulk call does its work, or how long a long name is. */
void choose_count(struct generator *generator, struct value *value);

/* Like choose_name(), for an argument that must be a literal. */
void choose_text(struct generator *generator, struct value *value);

/* Points `value` to a text that resembles `text` but differs. NULL and ""
 * resemble each other, so `value` may become NULL. If the program has no room
 * for the text, `value` becomes "". */
void make_near_miss(struct generator *generator, struct characters text,
                    struct value *value);

#ifdef __cplusplus
}
#endif

#endif
