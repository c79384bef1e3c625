/* Calls that make allocations fail, and a producer in which any step may run
 * out of memory. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)model, (void)args;
    predict_success(p, 0, call->op == CALL_PRODUCE ? RULE_API_9 : RULE_TYPE_1);
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call; /* only CALL_PRODUCE allocates */
    predict_no_memory(p, -1, RULE_API_9);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)args, (void)prediction;
    return !in_destructor(model) &&
           (call->op != CALL_PRODUCE || !model->error.set);
}

const struct model_family model_family_allocation = {
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
};
