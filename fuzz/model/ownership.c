/* Models the calls by which consumers, owners and destructors use a capsule and
 * the blocks that the capsule owns. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"
#include "fuzz/model/state.h"

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)model, (void)call, (void)args;
    predict_success(p, 0, RULE_TYPE_1);
}

/* --- what is permitted ---------------------------------------------------- */

/* True if a chain of contexts leads from the capsule `from` to the capsule
 * `to`. */
static bool leads_to(const struct model *model, int from, int to)
{
    while (from != NOTHING && from != to) {
        from = model->capsule[from].field[FIELD_CONTEXT].capsule;
    }
    return from == to;
}

static bool permits_read(const struct model *model,
                         const struct model_arg *args)
{
    if (args[0].capsule == NOTHING) {
        return false;
    }
    const struct model_capsule *capsule = &model->capsule[args[0].capsule];
    int block = capsule->field[FIELD_POINTER].block;
    return block != NOTHING && model->block[block].alive &&
           model->block[block].size > 0 &&
           model_names_match((const char *)capsule->field[FIELD_NAME].address,
                             (const char *)args[1].value.address);
}

static bool permits_call_destructor(const struct model *model,
                                    const struct model_arg *arg)
{
    if (!is_alive(model, arg) || !has_room_for_destructors(model)) {
        return false;
    }
    int behaviour = model->capsule[arg->capsule].destructor;
    return behaviour != NOTHING && !DESTRUCTORS[behaviour].misuse &&
           !behaviour_uses(behaviour, CALL_FREE_POINTER_OF) &&
           !behaviour_uses(behaviour, CALL_FREE_POINTER_IF) &&
           !behaviour_uses(behaviour, CALL_FREE_NAME_OF) &&
           !behaviour_uses(behaviour, CALL_DROP_CONTEXT_OF) &&
           !behaviour_uses(behaviour, CALL_END_EXCHANGE);
}

static bool permits_hold(const struct model *model,
                         const struct model_arg *args)
{
    if (!is_alive(model, &args[0]) || !is_alive(model, &args[1])) {
        return false;
    }
    const struct model_capsule *capsule = &model->capsule[args[0].capsule];
    return capsule->field[FIELD_CONTEXT].capsule == NOTHING &&
           capsule->in_cycles == 0 &&
           !behaviour_uses(capsule->destructor, CALL_END_EXCHANGE) &&
           !leads_to(model, args[1].capsule, args[0].capsule);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_READ:
        return permits_read(model, args);
    case CALL_HOLD:
        return permits_hold(model, args);
    case CALL_CALL_DESTRUCTOR:
        return permits_call_destructor(model, &args[0]);
    default: /* calls that only the capsule's own destructor makes */
        return is_self(model, &args[0]);
    }
}

/* --- the state afterwards ------------------------------------------------- */

static void hold(struct model *model, int id, int other)
{
    struct model_address context = {(uintptr_t)model->capsule[other].handle,
                                    NOTHING, (int16_t)other};
    model->capsule[other].held++;
    set_field(model, id, FIELD_CONTEXT, &context, RULE_SETC_1);
    set_destructor(model, id, DESTRUCTOR_drop_context,
                   model->capsule[id].destructor == NOTHING ? RULE_SETD_3
                                                            : RULE_SETD_1);
}

static void drop_context(struct model *model, int id)
{
    struct model_address *context = &model->capsule[id].field[FIELD_CONTEXT];
    int other = context->capsule;
    context->capsule = NOTHING;
    if (other != NOTHING) {
        model_give_back(model, other);
    }
}

static void free_pointer_if(struct model *model, int id,
                            const struct model_address *name)
{
    const struct model_address *field = model->capsule[id].field;
    if (model_names_match((const char *)field[FIELD_NAME].address,
                          (const char *)name->address)) {
        free_block(model, field[FIELD_POINTER].block);
    }
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    const struct model_capsule *capsule = &model->capsule[args[0].capsule];
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_FREE_POINTER_OF:
        free_block(model, capsule->field[FIELD_POINTER].block);
        break;
    case CALL_FREE_POINTER_IF:
        free_pointer_if(model, args[0].capsule, &args[1].value);
        break;
    case CALL_FREE_NAME_OF:
        free_block(model, capsule->field[FIELD_NAME].block);
        break;
    case CALL_HOLD:
        hold(model, args[0].capsule, args[1].capsule);
        break;
    case CALL_DROP_CONTEXT_OF:
        drop_context(model, args[0].capsule);
        break;
    default:
        break;
    }
}

const struct model_family model_family_ownership = {
    .predict = predict,
    .permits = permits,
    .apply = apply,
};
