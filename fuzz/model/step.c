#include "fuzz/model/step.h"

#include "fuzz/model/family.h"

/* True if the capsule must be destroyed before the call in progress ends. A
 * capsule that an outer call is destroying may still be pending. */
static bool must_be_destroyed_now(const struct model *model, int id)
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
        if (must_be_destroyed_now(model, i) && capsule->owes_destructor &&
            !capsule->destructor_ran) {
            who->owes_destructor(self, step, i);
            if (capsule->destructor_ran) {
                i = -1; /* the destructor may have caused other deaths: start
                           again */
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
        if (must_be_destroyed_now(model, i)) {
            if (who->destroyed) {
                who->destroyed(self, step, i);
            }
            model_destroyed(model, i);
        }
    }
}

static void apply(struct model *model, const struct step *step)
{
    const struct model_family *family = family_of(step->call);
    const struct prediction *p = &step->prediction;
    if (family->apply) {
        family->apply(model, step->call, step->args, p);
    }
    if (p->fails) {
        model->error = (struct model_error){
            .set = true,
            .type = p->exception,
            .message = p->message,
        };
    }
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
    if (!who->begin(self, &step)) {
        return false;
    }
    if (step.observed) {
        step.got = who->perform(self, &step);
        apply(model, &step);
    } else {
        apply(model, &step);
        step.got = who->perform(self, &step);
    }
    if (family->made) {
        family->made(model, call, step.args, step.got);
    }
    finish_deaths(model, who, self, &step);
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
