/* Chooses the numbers of calls about PyCObject. */
#include "fuzz/mutator/family.h"

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    if (CALLS[call->op].args[index] != ARG_SIZE) {
        return false;
    }
    set_number(&call->args[index],
               random_below(g->random, call->op == CALL_COBJECT_NEW ? 4 : 2));
    return true;
}

const struct mutator_family mutator_family_cobjects = {
    .choose = choose,
};
