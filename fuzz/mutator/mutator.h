/* Mutates, crosses and generates programs, call by call.
 *
 * The results depend only on the seed. The mutator allocates nothing and never
 * produces destructors of the misuse kind. An unencoded program may contain
 * texts that no call uses; encoding drops these. */
#ifndef FUZZ_MUTATOR_MUTATOR_H
#define FUZZ_MUTATOR_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

#include "fuzz/driver/target.h"
#include "fuzz/mutator/generate.h"
#include "fuzz/mutator/random.h"
#include "fuzz/mutator/weights.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Indices into `crossovers`. `mutations` has the indices of the table in
 * mutate.c. */
enum crossover_kind { CROSS_TAIL, CROSS_INSERT, CROSS_INTERLEAVE };

struct mutator {
    const struct target *target;   /* borrowed */
    const struct weights *weights; /* borrowed */
    struct choices choices;
    struct lottery mutations, crossovers;
    struct swarm whole; /* for calls that mutations insert */
};

void mutator_init(struct mutator *mutator, const struct target *target,
                  const struct weights *weights);

/* Generates a program from a new swarm, of at most `max_size` bytes in binary
 * form. */
void mutator_generate(const struct mutator *mutator, struct random *random,
                      struct program *program, size_t max_size);

/* Makes one to eight edits. The result has at least one call. */
void mutator_mutate(const struct mutator *mutator, struct random *random,
                    struct program *program);

/* Inserts parts of `other` into the program. */
void mutator_cross(const struct mutator *mutator, struct random *random,
                   struct program *program, const struct program *other);

/* The work of LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver: returns a
 * mutation or crossover of the input, or sometimes a generated program. */
size_t mutator_mutate_bytes(const struct mutator *mutator, uint8_t *data,
                            size_t size, size_t max_size, unsigned seed);
size_t mutator_cross_bytes(const struct mutator *mutator, const uint8_t *data,
                           size_t size, const uint8_t *other, size_t other_size,
                           uint8_t *out, size_t max_size, unsigned seed);

/* For tests and measurements: the number of mutations, and mutation `index`
 * alone. Returns false, with the program unchanged, if there is nothing to
 * edit. */
extern const unsigned MUTATION_COUNT;
const char *mutation_name(unsigned index);
bool mutation_apply(const struct mutator *mutator, struct random *random,
                    struct program *program, unsigned index);

#ifdef __cplusplus
}
#endif

#endif
