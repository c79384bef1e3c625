/* References to capsules, reference cycles, and the collector. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"
#include "fuzz/model/state.h"

static void predict_decref(const struct model *model,
                           const struct model_capsule *capsule,
                           struct prediction *p)
{
    predict_success(p, 0, RULE_TYPE_1);
    if (capsule && capsule->destructor != NOTHING &&
        model_references(capsule) == 1) {
        p->indicator_rule = model->error.set ? RULE_DTOR_6 : RULE_DTOR_4;
    }
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    if (call->op == CALL_DECREF) {
        predict_decref(model, capsule_in(model, &args[0]), p);
    } else {
        predict_success(p, 0, RULE_TYPE_1);
    }
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call; /* only CALL_LEAVE_IN_CYCLE allocates */
    predict_no_memory(p, -1, RULE_ERR_2);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    enum { ENOUGH_REFERENCES = 1000000 };
    bool undisturbed =
        model->current == 0 && !model->error.set && !in_destructor(model);
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_INCREF:
        return is_alive(model, &args[0]) &&
               model->capsule[args[0].capsule].references < ENOUGH_REFERENCES;
    case CALL_DECREF:
        return is_alive(model, &args[0]) && has_room_for_destructors(model);
    case CALL_NEW_REF:
        return is_alive(model, &args[0]) &&
               model->capsule_slot[call->result] == NOTHING;
    case CALL_LEAVE_IN_CYCLE:
        return undisturbed && is_alive(model, &args[0]) &&
               model->capsule[args[0].capsule].field[FIELD_CONTEXT].capsule ==
                   NOTHING;
    default: /* CALL_COLLECT */
        return undisturbed;
    }
}

/* Drops the references that cycles own. */
static void collect(struct model *model)
{
    for (int i = 0; i < model->capsule_count; i++) {
        struct model_capsule *capsule = &model->capsule[i];
        if (capsule->life == LIFE_ALIVE && capsule->in_cycles > 0) {
            capsule->uncollected = capsule->in_cycles;
            capsule->in_cycles = 0;
            reference_dropped(model, i);
        }
    }
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_INCREF:
        model->capsule[args[0].capsule].references++;
        break;
    case CALL_NEW_REF:
        model->capsule[args[0].capsule].references++;
        model->capsule_slot[call->result] = args[0].capsule;
        break;
    case CALL_DECREF:
        model->capsule[args[0].capsule].references--;
        reference_dropped(model, args[0].capsule);
        break;
    case CALL_COLLECT:
        collect(model);
        break;
    default:
        break;
    }
}

/* Moves the capsule's reference to a cycle that only the collector can free.
 * The reference stays if the list could not be created. */
static void made(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got)
{
    int id = args[0].capsule;
    if (call->op == CALL_LEAVE_IN_CYCLE && got == 0) {
        model->capsule[id].in_cycles++;
        model->capsule[id].references--;
        reference_dropped(model, id);
    }
}

static void finish(struct model *model, const struct call *call)
{
    if (call->op == CALL_COLLECT) {
        model_collected(model);
    }
}

const struct model_family model_family_references = {
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
    .apply = apply,
    .made = made,
    .finish = finish,
};
