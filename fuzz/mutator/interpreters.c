/* Interpreters: any call about them cancels a requested allocation failure. */
#include "fuzz/mutator/family.h"

static uintptr_t perform(struct forecast *f, const struct step *step)
{
    f->fail_at = 0;
    return step->prediction.value;
}

const struct mutator_family mutator_family_interpreters = {
    .perform = perform,
};
