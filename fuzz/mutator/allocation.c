/* Chooses which allocation fails. */
#include "fuzz/mutator/family.h"

static uintptr_t perform(struct forecast *f, const struct step *step)
{
    if (step->call->op != CALL_PRODUCE) {
        f->fail_at = step->args[0].number;
        f->fails_on = step->call->op == CALL_FAIL_ALLOCATIONS_FROM;
    }
    return step->prediction.value;
}

/* Returns 1 to 4 or 1 to 32; mostly 0, which stops the failures, if the next
 * allocation would fail anyway. */
static unsigned choose_allocation(struct generator *g)
{
    if (g->forecast->fail_at == 1 && random_chance(g->random, 75)) {
        return 0;
    }
    return 1 + random_below(g->random, random_chance(g->random, 50) ? 4 : 32);
}

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    set_number(&call->args[index], choose_allocation(g));
    return true;
}

const struct mutator_family mutator_family_allocation = {
    .perform = perform,
    .choose = choose,
};
