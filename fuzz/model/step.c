#include "fuzz/model/step.h"

#include "fuzz/model/family.h"

/* True if the call in progress must see the end of the capsule; a capsule that
 * an outer call is destroying may still wait for its turn. */
static bool ends_now(const struct model *model, int id)
{
    const struct model_capsule *capsule = &model->capsule[id];
    return capsule->life == LIFE_DYING &&
           capsule->death_frame >= model->frame_count;
}

static void run_owed_destructors(struct model *model,
                                 const struct performer *who, void *self,
                                 const struct step *step)
{
    for (int i = 0; i < model->capsule_count; i++) {
        const struct model_capsule *capsule = &model->capsule[i];
        if (ends_now(model, i) && capsule->owes_destructor &&
            !capsule->destructor_ran) {
            who->owes_destructor(self, step, i);
            if (capsule->destructor_ran) {
                i = -1; /* the destructor may have ended another capsule */
            }
        }
    }
}

static void finish_deaths(struct model *model, const struct performer *who,
                          void *self, const struct step *step)
{
    if (model->profile->deferred_destruction &&
        step->call->op != CALL_COLLECT) {
        return;
    }
    if (model->owed > 0) {
        run_owed_destructors(model, who, self, step);
    }
    for (int i = 0; model->owed > 0 && i < model->capsule_count; i++) {
        if (ends_now(model, i)) {
            if (who->destroyed) {
                who->destroyed(self, step, i);
            }
            model_destroyed(model, i);
        }
    }
}

static bool permits(const struct model *model, const struct performer *who,
                    void *self, const struct step *step)
{
    return who->permits ? who->permits(self, step)
                        : model_permits(model, step->call, step->args,
                                        &step->prediction);
}

bool model_step(struct model *model, const struct performer *who, void *self,
                const struct program *program, const struct call *call)
{
    const struct model_family *family = family_of(call);
    struct step step;
    step.program = program;
    step.call = call;
    step.before = model->error;
    step.observed = false;

    model_resolve(model, program, call, step.args);
    if (who->resolved && !who->resolved(self, &step)) {
        return false;
    }
    family->predict(model, call, step.args, &step.prediction);
    if (!permits(model, who, self, &step)) {
        return false;
    }
    if (who->begin) {
        who->begin(self, &step);
    }
    if (step.observed) {
        step.got = who->perform(self, &step);
        model_apply(model, call, step.args, &step.prediction);
    } else {
        model_apply(model, call, step.args, &step.prediction);
        step.got = who->perform(self, &step);
    }
    if (family->made) {
        family->made(model, call, step.args, step.got);
    }
    finish_deaths(model, who, self, &step);
    if (who->finish) {
        who->finish(self, &step);
    }
    if (family->finish) {
        family->finish(model, call);
    }
    if (who->done) {
        who->done(self, &step);
    }
    return true;
}

void model_run_destructor(struct model *model, const struct performer *who,
                          void *self, int behaviour)
{
    const struct program *program = behaviour_program(behaviour);
    for (unsigned i = 0; i < program->call_count; i++) {
        model_step(model, who, self, program, &program->calls[i]);
    }
}
