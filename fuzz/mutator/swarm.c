#include "fuzz/mutator/generate.h"
#include "fuzz/mutator/scripts.h"

static void add_call(struct swarm *swarm, const struct target *target,
                     unsigned op)
{
    unsigned before =
        swarm->call_count ? swarm->up_to[swarm->call_count - 1] : 0;
    swarm->calls[swarm->call_count] = (uint8_t)op;
    swarm->up_to[swarm->call_count++] = (uint16_t)(before + target->calls[op]);
}

_Static_assert(CALL_COUNT *UINT8_MAX <= UINT16_MAX, "all weights, summed up");

/* What makes a capsule from nothing: without it a program is a list of errors.
 */
static bool is_indispensable(unsigned op)
{
    return CALLS[op].yields == RESULT_CAPSULE &&
           CALLS[op].args[0] != ARG_CAPSULE;
}

/* A destructor that drops what the context holds belongs to the call that puts
 * it there. */
static bool has_its_call(const struct script *script, bool holds)
{
    return !script->drops_context || holds;
}

void swarm_whole(struct swarm *swarm, const struct target *target)
{
    *swarm = (struct swarm){.limits = {SLOTS, SLOTS, SLOTS}};
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        if (target->calls[op]) {
            add_call(swarm, target, op);
        }
    }
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (!SCRIPTS[i].misuse &&
            has_its_call(&SCRIPTS[i], target->calls[CALL_HOLD] > 0)) {
            swarm->behaviours[swarm->behaviour_count++] = (uint8_t)i;
        }
    }
}

void swarm_draw(struct swarm *swarm, const struct target *target,
                const struct weights *weights, struct random *random)
{
    bool holds = false;

    swarm->call_count = 0;
    swarm->behaviour_count = 0;
    for (unsigned i = 0; i < 3; i++) {
        swarm->limits[i] = (uint8_t)(1 + random_below(random, SLOTS));
    }
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        if (target->calls[op] &&
            (is_indispensable(op) ||
             random_chance(random, weights->keep_call_percent))) {
            add_call(swarm, target, op);
            holds |= op == CALL_HOLD;
        }
    }
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        const struct script *script = &SCRIPTS[i];
        bool kept =
            script->drops_context
                ? holds
                : random_chance(random, weights->keep_destructor_percent);
        if (kept && !script->misuse) {
            swarm->behaviours[swarm->behaviour_count++] = (uint8_t)i;
        }
    }
}
