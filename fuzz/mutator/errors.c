/* The error indicator. Clearing or saving is useful only if an exception is
 * pending. */
#include "fuzz/mutator/family.h"

static bool wants(const struct forecast *f, enum call_op op)
{
    const struct model_arg args[MAX_ARGS] = {NO_ARG, NO_ARG, NO_ARG};
    bool in_vain = (op == CALL_CLEAR_ERROR || op == CALL_SAVE_ERROR) &&
                   !f->model.error.set;
    return !in_vain && forecast_permits_args(f, op, args);
}

const struct mutator_family mutator_family_errors = {
    .wants = wants, .drawn_together = true, /* a text must suit its exception */
};
