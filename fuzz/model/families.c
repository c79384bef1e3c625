/* Passes each function of model.h on to the call's family. */
#include "fuzz/model/family.h"

const struct model_family *const MODEL_FAMILIES[FAMILY_COUNT] = {
#define FAMILY(ident, name) [FAMILY_##ident] = &model_family_##name,
#include "fuzz/program/families.def"
#undef FAMILY
};

void model_reset_families(struct model *model)
{
    for (unsigned i = 0; i < FAMILY_COUNT; i++) {
        if (MODEL_FAMILIES[i]->reset) {
            MODEL_FAMILIES[i]->reset(model);
        }
    }
}

void model_predict(const struct model *model, const struct call *call,
                   const struct model_arg *args, struct prediction *prediction)
{
    family_of(call)->predict(model, call, args, prediction);
}

bool model_permits(const struct model *model, const struct call *call,
                   const struct model_arg *args,
                   const struct prediction *prediction)
{
    return (!prediction->fails || model_may_touch_error(model)) &&
           family_of(call)->permits(model, call, args, prediction);
}

bool model_predict_no_memory(const struct call *call,
                             struct prediction *prediction)
{
    if (prediction->fails) {
        return true;
    }
    if (CALLS[call->op].allocations == 0) {
        return false;
    }
    family_of(call)->no_memory(call, prediction);
    return true;
}

unsigned model_allocations(const struct call *call,
                           const struct prediction *prediction)
{
    enum { TEXT_AND_EXCEPTION = 2 };
    const struct model_family *family = family_of(call);
    if (family->allocations) {
        return family->allocations(call, prediction);
    }
    return prediction->fails ? TEXT_AND_EXCEPTION : CALLS[call->op].allocations;
}
