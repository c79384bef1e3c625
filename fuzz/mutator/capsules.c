/* Capsules in the forecast, and arguments that suit the blocks that destructors
 * free. */
#include "fuzz/mutator/family.h"

static uintptr_t perform(struct forecast *f, const struct step *step)
{
    bool created = step->call->op == CALL_NEW && !step->prediction.fails;
    return created ? f->model.capsule_count + 1u : step->prediction.value;
}

/* True if a setter can replace a block that the destructor frees by another
 * free block. The pointer of an exchanged struct cannot be replaced. */
static bool fits(const struct forecast *f, enum call_op op,
                 struct model_arg *args)
{
    const struct model_capsule *capsule = &f->model.capsule[args[0].capsule];
    switch (op) {
    case CALL_SET_POINTER:
        return !destructor_makes(capsule, CALL_END_EXCHANGE) &&
               (!destructor_makes(capsule, CALL_FREE_POINTER_OF) ||
                forecast_free_payloads(f));
    case CALL_SET_NAME:
        return !destructor_makes(capsule, CALL_FREE_NAME_OF) ||
               forecast_free_buffers(f);
    default:
        return forecast_permits_args(f, op, args);
    }
}

/* Chooses a name to store. If the capsule's destructor frees the name, chooses
 * a name that can be freed. */
static void choose_stored_name(struct generator *g, const struct call *call,
                               struct value *value)
{
    const struct model_capsule *object = capsule_argument(g, call);
    if (call->op == CALL_SET_NAME &&
        destructor_makes(object, CALL_FREE_NAME_OF)) {
        unsigned unused = forecast_free_buffers(g->forecast);
        if (unused) {
            set_index(value, VALUE_BUFFER, random_bit(g->random, unused));
            return;
        }
    }
    if (!choose_published_name(g, value)) {
        choose_name(g, object, true, value);
    }
}

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    bool stores = call->op == CALL_NEW || call->op == CALL_SET_NAME;
    struct value *value = &call->args[index];
    if (CALLS[call->op].args[index] == ARG_NAME && stores) {
        choose_stored_name(g, call, value);
        return true;
    }
    if (call->op == CALL_SET_POINTER && index == 1 &&
        destructor_makes(capsule_argument(g, call), CALL_FREE_POINTER_OF)) {
        unsigned payloads = forecast_free_payloads(g->forecast);
        unsigned choice = lottery_draw(&g->choices->pointer, g->random);
        choose_pointer_of(g, payloads,
                          choice == CHOOSE_NO_POINTER ? choice : CHOOSE_PAYLOAD,
                          value);
        return true;
    }
    return false;
}

const struct mutator_family mutator_family_capsules = {
    .perform = perform,
    .fits = fits,
    .choose = choose,
};
