/* Mutates, crosses and generates programs, call by call.
 *
 * Everything depends on the seed alone, nothing is allocated, and destructors
 * of the misuse kind never come out. Half-way through, a program may hold texts
 * that no call refers to any more; encoding leaves them out.
 */
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

/* The numbers in `crossovers`; those in `mutations` are indices of the table
 * in mutate.c. */
enum crossover_kind { CROSS_TAIL, CROSS_INSERT, CROSS_INTERLEAVE };

struct mutator {
    const struct target *target;   /* borrowed */
    const struct weights *weights; /* borrowed */
    struct choices choices;
    struct lottery mutations, crossovers;
    struct swarm whole; /* for what is inserted by mutations */
};

void mutator_init(struct mutator *mutator, const struct target *target,
                  const struct weights *weights);

/* A fresh program of a swarm of its own, of at most `max_size` bytes in the
 * binary form. */
void mutator_generate(const struct mutator *mutator, struct random *random,
                      struct program *program, size_t max_size);

/* One to eight edits. The program has at least one call afterwards. */
void mutator_mutate(const struct mutator *mutator, struct random *random,
                    struct program *program);

/* Puts parts of `other` into the program. */
void mutator_cross(const struct mutator *mutator, struct random *random,
                   struct program *program, const struct program *other);

/* As LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver: either a fresh
 * program, or what is asked for. */
size_t mutator_mutate_bytes(const struct mutator *mutator, uint8_t *data,
                            size_t size, size_t max_size, unsigned seed);
size_t mutator_cross_bytes(const struct mutator *mutator, const uint8_t *data,
                           size_t size, const uint8_t *other, size_t other_size,
                           uint8_t *out, size_t max_size, unsigned seed);

/* The kinds of mutation, for tests and measurements: mutation `index` alone.
 * Returns false, the program unchanged, where there is nothing to do. */
extern const unsigned MUTATION_COUNT;
const char *mutation_name(unsigned index);
bool mutation_apply(const struct mutator *mutator, struct random *random,
                    struct program *program, unsigned index);

#ifdef __cplusplus
}
#endif

#endif
