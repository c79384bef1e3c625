/* Chooses the calls and destructors of a swarm; see generate.h. */
#include "fuzz/mutator/generate.h"

#include <string.h>

#include "fuzz/model/model.h"

static void add_call(struct swarm *swarm, const struct target *target,
                     unsigned op)
{
    swarm->calls[swarm->call_count++] = (uint8_t)op;
    lottery_add(&swarm->lottery, (uint8_t)op, target->calls[op]);
}

/* Makes many decisions with the same probability, eight from each random
 * number. */
struct decisions {
    struct random *random;
    uint64_t bits;
    unsigned left;
    unsigned threshold; /* in 256ths */
};

static struct decisions decisions_of(struct random *random, unsigned percent)
{
    return (struct decisions){random, 0, 0, (percent * 256 + 50) / 100};
}

static bool decide(struct decisions *decisions)
{
    if (decisions->left == 0) {
        decisions->bits = random_next(decisions->random);
        decisions->left = 8;
    }
    unsigned byte = decisions->bits & 0xff;
    decisions->bits >>= 8;
    decisions->left--;
    return byte < decisions->threshold;
}

/* True for calls that create a capsule: without them, a program produces only
 * errors. */
static bool is_indispensable(unsigned op)
{
    return CALLS[op].nature == NATURE_CREATES;
}

/* True if programs of the target contain the destructor. Asked before anything
 * is drawn: the draws of a target do not depend on the destructors of others.
 */
static bool is_drawn(const struct target *target, unsigned behaviour)
{
    return target->reenters || !DESTRUCTORS[behaviour].reenters;
}

void swarm_whole(struct swarm *swarm, const struct target *target)
{
    memset(swarm->limits, SLOTS, sizeof swarm->limits);
    swarm->call_count = 0;
    swarm->behaviour_count = 0;
    swarm->lottery.count = 0;
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        if (target->calls[op]) {
            add_call(swarm, target, op);
        }
    }
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (is_drawn(target, i) && behaviour_may_be_installed((int)i)) {
            swarm->behaviours[swarm->behaviour_count++] = (uint8_t)i;
        }
    }
}

void swarm_draw(struct swarm *swarm, const struct target *target,
                const struct weights *weights, struct random *random)
{
    bool whole = random_chance(random, weights->whole_percent);
    struct decisions keep_call =
        decisions_of(random, whole ? 100 : weights->keep_call_percent);
    struct decisions keep_destructor =
        decisions_of(random, whole ? 100 : weights->keep_destructor_percent);

    swarm->call_count = 0;
    swarm->behaviour_count = 0;
    swarm->lottery.count = 0;
    for (unsigned i = 0; i < 3; i++) {
        swarm->limits[i] = (uint8_t)(1 + random_below(random, SLOTS));
    }
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        if (target->calls[op] && (is_indispensable(op) || decide(&keep_call))) {
            add_call(swarm, target, op);
        }
    }
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (is_drawn(target, i) && decide(&keep_destructor) &&
            behaviour_may_be_installed((int)i)) {
            swarm->behaviours[swarm->behaviour_count++] = (uint8_t)i;
        }
    }
}
