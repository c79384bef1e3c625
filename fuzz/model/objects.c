/* The object protocol: what every Python object can do. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)model, (void)call, (void)args;
    predict_success(p, 1, RULE_TYPE_6);
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call;
    predict_no_memory(p, 0, RULE_ERR_2);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)call, (void)prediction;
    return args[0].capsule != NOTHING && !model->error.set;
}

const struct model_family model_family_objects = {
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
};
