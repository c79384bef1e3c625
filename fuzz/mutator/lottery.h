/* Drawing by weights that stay: one ticket for each unit of weight, so that a
 * draw is one look-up and no branch. */
#ifndef FUZZ_MUTATOR_LOTTERY_H
#define FUZZ_MUTATOR_LOTTERY_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/mutator/random.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Enough for each call of calls.def with the greatest weight. */
enum { LOTTERY_TICKETS = CALL_COUNT * UINT8_MAX };

struct lottery {
    uint32_t count; /* of tickets */
    uint8_t tickets[LOTTERY_TICKETS];
};

/* Adds `weight` tickets with that number on them. */
static inline void lottery_add(struct lottery *lottery, uint8_t number,
                               uint8_t weight)
{
    assert(lottery->count + weight <= LOTTERY_TICKETS);
    memset(lottery->tickets + lottery->count, number, weight);
    lottery->count += weight;
}

/* One of the numbers; there are some. */
static inline unsigned lottery_draw(const struct lottery *lottery,
                                    struct random *random)
{
    return lottery->tickets[random_below(random, lottery->count)];
}

/* Of the indices into `weights`. */
static inline void lottery_fill(struct lottery *lottery, const uint8_t *weights,
                                unsigned count)
{
    lottery->count = 0;
    for (unsigned i = 0; i < count; i++) {
        lottery_add(lottery, (uint8_t)i, weights[i]);
    }
}

#ifdef __cplusplus
}
#endif

#endif
