/* Forecasts the calls of owners: they call destructors of capsules, and hold
 * capsules in contexts. */
#include "fuzz/mutator/family.h"

static uintptr_t perform(struct forecast *f, const struct step *step)
{
    int id = step->args[0].capsule;
    if (step->call->op == CALL_CALL_DESTRUCTOR) {
        model_enter_by_hand(&f->model, id);
        forecast_run_destructor(f, f->model.capsule[id].destructor);
    }
    return step->prediction.value;
}

static bool fits(const struct forecast *f, enum call_op op,
                 struct model_arg *args)
{
    const struct model_capsule *capsule = &f->model.capsule[args[0].capsule];
    if (op == CALL_HOLD) {
        return forecast_holdable(f, capsule);
    }
    if (op == CALL_READ) {
        args[1].value = capsule->field[FIELD_NAME];
    }
    return forecast_permits_args(f, op, args);
}

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    const struct model_capsule *object = capsule_argument(g, call);
    if (call->op == CALL_READ && index == 1 && object) {
        choose_matching_name(g, object, &call->args[index]);
        return true;
    }
    return false;
}

const struct mutator_family mutator_family_ownership = {
    .perform = perform,
    .fits = fits,
    .choose = choose,
};
