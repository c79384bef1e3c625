/* The calls that change what surrounds a program: the locale of the process and
 * the clock. Capsules depend on neither. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)model, (void)call, (void)args;
    predict_success(p, 0, RULE_TYPE_1);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)model, (void)call, (void)args, (void)prediction;
    return true;
}

const struct model_family model_family_surroundings = {
    .predict = predict,
    .permits = permits,
};
