/* Random numbers that depend only on their seed. */
#ifndef FUZZ_MUTATOR_RANDOM_H
#define FUZZ_MUTATOR_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct random {
    uint64_t state;
};

/* splitmix64: every seed is good, also 0, and neighbouring seeds give unrelated
 * numbers. */
static inline uint64_t random_next(struct random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Returns a number in 0..bound-1; `bound` is not 0. */
static inline unsigned random_below(struct random *random, unsigned bound)
{
    return (unsigned)((random_next(random) >> 32) * bound >> 32);
}

/* Returns true with a probability of `percent`. */
static inline bool random_chance(struct random *random, unsigned percent)
{
    return random_below(random, 100) < percent;
}

/* Returns an index with a probability in proportion to its weight. At least one
 * weight is not 0. For weights that change; a lottery draws faster. */
static inline unsigned random_pick(struct random *random,
                                   const uint8_t *weights, unsigned count)
{
    unsigned sum = 0, i = 0;
    for (unsigned j = 0; j < count; j++) {
        sum += weights[j];
    }
    for (unsigned left = random_below(random, sum); left >= weights[i]; i++) {
        left -= weights[i];
    }
    return i;
}

/* Returns the index of a random set bit of `mask`, which is not 0. */
static inline unsigned random_bit(struct random *random, unsigned mask)
{
    unsigned n = random_below(random, (unsigned)__builtin_popcount(mask));
    while (n--) {
        mask &= mask - 1;
    }
    return (unsigned)__builtin_ctz(mask);
}

#ifdef __cplusplus
}
#endif

#endif
