/* Draws by fixed weights. Each unit of weight is one ticket, so a draw is one
 * array access without a branch. */
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

/* Room for every call of calls.def at the greatest weight. */
enum { LOTTERY_TICKETS = CALL_COUNT * UINT8_MAX };

struct lottery {
    uint32_t count; /* the number of tickets */
    uint8_t tickets[LOTTERY_TICKETS];
};

/* Adds `weight` tickets with this number. */
static inline void lottery_add(struct lottery *lottery, uint8_t number,
                               uint8_t weight)
{
    assert(lottery->count + weight <= LOTTERY_TICKETS);
    memset(lottery->tickets + lottery->count, number, weight);
    lottery->count += weight;
}

/* Draws a ticket and returns its number. The lottery must not be empty. */
static inline unsigned lottery_draw(const struct lottery *lottery,
                                    struct random *random)
{
    return lottery->tickets[random_below(random, lottery->count)];
}

/* Replaces the tickets: the numbers are the indices into `weights`. */
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
