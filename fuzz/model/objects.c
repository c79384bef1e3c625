/* The object protocol: operations of every Python object. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

/* Capsules refuse to be copied or pickled. */
static void predict_copy(const struct model *model, struct prediction *p)
{
    predict_failure(p, 0, RULE_BUG_7, EXCEPTION_TYPE_ERROR,
                    model->profile->says_cant_pickle
                        ? "can't pickle PyCapsule objects"
                        : "cannot pickle 'PyCapsule' object");
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)args;
    switch ((enum call_op)call->op) {
    case CALL_COPY:
        predict_copy(model, p);
        break;
    case CALL_WEAK_REFERENCE:
        predict_failure(p, 0, RULE_TYPE_7, EXCEPTION_TYPE_ERROR,
                        "cannot create weak reference to 'PyCapsule' object");
        break;
    default: /* CALL_REPR */
        predict_success(p, 1, RULE_TYPE_6);
        break;
    }
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call; /* only CALL_REPR allocates */
    predict_no_memory(p, 0, RULE_ERR_2);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)prediction;
    /* repr() is allowed on a capsule that is being destroyed. */
    return !model->error.set &&
           (call->op == CALL_REPR ? args[0].capsule != NOTHING
                                  : is_alive(model, &args[0]));
}

const struct model_family model_family_objects = {
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
};
