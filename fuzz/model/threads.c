/* Several threads that take turns. Capsules belong to no thread, so the state
 * stays as it is; only the error indicator belongs to a thread. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

static void reset(struct model *model) { model->thread = 0; }

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)model, (void)call, (void)args;
    predict_success(p, 0, RULE_THR_2);
}

/* A thread finishes its destructors and handles its exception before another
 * thread continues. Other interpreters have no threads, and only the first
 * thread ends them: while one runs, no other thread gets its turn. */
static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)call, (void)args, (void)prediction;
    return !in_destructor(model) && !model->error.set && model->current == 0 &&
           model_next_interpreter(model) == 0;
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    (void)call, (void)args, (void)prediction;
    model->thread = (uint8_t)((model->thread + 1) % THREADS);
}

const struct model_family model_family_threads = {
    .reset = reset,
    .predict = predict,
    .permits = permits,
    .apply = apply,
};
