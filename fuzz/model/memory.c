/* Memory of the program: payloads and names. The program may edit a name in
 * place. It may free a block once, and only while no capsule needs the
 * block. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"
#include "fuzz/model/state.h"

/* Returns the index in block_slot for the call's result. */
static unsigned result_slot(const struct call *call)
{
    return call->result +
           (CALLS[call->op].yields == RESULT_BUFFER ? SLOTS : 0u);
}

static bool has_room(const struct model *model, const struct call *call)
{
    return model->block_count < MAX_BLOCKS &&
           model->block_slot[result_slot(call)] == NOTHING;
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)model, (void)call, (void)args;
    predict_success(p, 0, RULE_TYPE_1);
}

/* True if an installed destructor compares the characters of the block to
 * decide whether it frees the pointer. An edit of the block would change that
 * decision. */
static bool is_asked_for(const struct model *model, int block)
{
    for (unsigned i = 0; i < model->alive_count; i++) {
        const struct model_capsule *capsule = &model->capsule[model->alive[i]];
        if (capsule->field[FIELD_NAME].block == block &&
            behaviour_asks_for(capsule->destructor)) {
            return true;
        }
    }
    return false;
}

static bool permits_edit(const struct model *model,
                         const struct model_arg *args)
{
    if (args[0].value.block == NOTHING) {
        return false;
    }
    const struct model_block *block = &model->block[args[0].value.block];
    return block->alive && args[1].number < block->size &&
           !is_asked_for(model, args[0].value.block);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_PAYLOAD:
    case CALL_NAME:
    case CALL_LONG_NAME:
        return has_room(model, call);
    case CALL_SET_MEMORY:
        return true;
    case CALL_EDIT:
        return permits_edit(model, args);
    case CALL_FREE:
        return may_free(model, &args[0]);
    case CALL_REALLOC:
        return may_free(model, &args[0]) && model->block_count < MAX_BLOCKS &&
               (call->result == args[0].index ||
                model->block_slot[call->result] == NOTHING);
    default: /* CALL_STACK_NAME always breaks the contract */
        return false;
    }
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    (void)prediction;
    if (call->op == CALL_FREE || call->op == CALL_REALLOC) {
        free_block(model, args[0].value.block);
    }
}

static void made(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got)
{
    bool is_name = CALLS[call->op].yields == RESULT_BUFFER;
    if (CALLS[call->op].yields == YIELDS_NOTHING) {
        return;
    }
    model_allocated(model, result_slot(call), got,
                    args[call->op == CALL_REALLOC].number, is_name);
    if (call->op == CALL_STACK_NAME) { /* its function has returned */
        model->block[model->block_count - 1].alive = false;
    }
}

const struct model_family model_family_memory = {
    .predict = predict,
    .permits = permits,
    .apply = apply,
    .made = made,
};
