/* The mutator as a custom mutator of AFL++: a shared library that afl-fuzz
 * loads (AFL_CUSTOM_MUTATOR_LIBRARY). AFL++'s own mutations are off
 * (AFL_CUSTOM_MUTATOR_ONLY), because random changes of bytes make poor
 * programs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutator/mutator.h"

enum {
    CROSSOVER_PERCENT = 20, /* of mutations with a second input */
};

struct afl_mutator {
    struct mutator mutator;
    struct random random;
    uint8_t output[MAX_ENCODED];
};

void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *data);
size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size,
                       uint8_t **output, uint8_t *other, size_t other_size,
                       size_t max_size);

/* Returns a new mutator, or NULL without memory; afl_custom_deinit() frees
 * it. */
void *afl_custom_init(void *afl, unsigned int seed)
{
    (void)afl;
    struct afl_mutator *mutator = calloc(1, sizeof *mutator);
    if (mutator) {
        mutator_init(&mutator->mutator, &TARGET, &DEFAULT_WEIGHTS);
        mutator->random.state = seed;
    }
    return mutator;
}

void afl_custom_deinit(void *data) { free(data); }

/* Mutates `input`, or crosses it with `other` (may be NULL). Sets `*output` to
 * the result, borrowed until the next call, and returns the result's size. */
size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size,
                       uint8_t **output, uint8_t *other, size_t other_size,
                       size_t max_size)
{
    struct afl_mutator *own = data;
    unsigned seed = (unsigned)random_next(&own->random);
    size_t room = max_size < MAX_ENCODED ? max_size : MAX_ENCODED;

    *output = own->output;
    if (other && random_chance(&own->random, CROSSOVER_PERCENT)) {
        return mutator_cross_bytes(&own->mutator, input, size, other,
                                   other_size, own->output, room, seed);
    }
    size = size < room ? size : room;
    if (size) {
        memcpy(own->output, input, size);
    }
    return mutator_mutate_bytes(&own->mutator, own->output, size, room, seed);
}
