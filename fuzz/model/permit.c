/* The contract's demands on callers: what a program may do in a state.
 *
 * Payloads and names that a destructor frees belong to one capsule; a name
 * lives as long as a capsule refers to it; a destructor leaves the error
 * indicator as it found it and its capsule's references alone.
 */
#include "fuzz/model/interpreter.h"

static const struct model_frame *current_frame(const struct model *model)
{
    return &model->frame[model->frame_count - 1];
}

static bool in_destructor(const struct model *model)
{
    return model->frame_count > 1;
}

/* A capsule whose references the program may touch. */
static bool is_alive(const struct model *model, const struct model_arg *arg)
{
    return arg->capsule != NOTHING &&
           model->capsule[arg->capsule].life == LIFE_ALIVE;
}

static bool is_self(const struct model *model, const struct model_arg *arg)
{
    return arg->capsule != NOTHING &&
           arg->capsule == current_frame(model)->capsule;
}

/* Whether `capsule` may have `address` as its pointer under that destructor and
 * that name. */
static bool pointer_fits(const struct model *model, int capsule,
                         const struct model_address *address, int behaviour,
                         const struct model_address *name)
{
    if (!model_frees_pointer(model, behaviour, name)) {
        return true;
    }
    if (address->block == NOTHING) {
        return false;
    }
    const struct model_block *block = &model->block[address->block];
    return block->alive && !block->is_name &&
           (block->owner == NOTHING || block->owner == capsule);
}

/* Whether some capsule other than `capsule` refers to the block as its name.
 * One that is being destroyed does until it is gone. */
static bool used_as_name(const struct model *model, int block, int capsule)
{
    for (unsigned i = 0; i < model->alive_count; i++) {
        int id = model->alive[i];
        if (id != capsule &&
            model->capsule[id].field[FIELD_NAME].block == block) {
            return true;
        }
    }
    for (int i = 0; model->owed > 0 && i < model->capsule_count; i++) {
        if (i != capsule && model->capsule[i].life == LIFE_DYING &&
            model->capsule[i].field[FIELD_NAME].block == block) {
            return true;
        }
    }
    return false;
}

static bool name_fits(const struct model *model, int capsule,
                      const struct model_address *address, int behaviour)
{
    bool frees = behaviour_uses(behaviour, CALL_FREE_NAME_OF);
    if (address->block == NOTHING) {
        return !frees;
    }
    const struct model_block *block = &model->block[address->block];
    if (!block->alive || (block->owner != NOTHING && block->owner != capsule)) {
        return false;
    }
    return !frees || !used_as_name(model, address->block, capsule);
}

static int behaviour_of(const struct model_arg *arg)
{
    return arg->tag == VALUE_DESTRUCTOR ? arg->index : NOTHING;
}

/* Whether a chain of contexts leads from one capsule to another. */
static bool leads_to(const struct model *model, int from, int to)
{
    while (from != NOTHING && from != to) {
        from = model->capsule[from].field[FIELD_CONTEXT].capsule;
    }
    return from == to;
}

/* Whether the indicator may be changed: a destructor must not touch an
 * exception that was pending before it, unless it has saved it. */
static bool may_touch_error(const struct model *model)
{
    return !in_destructor(model) || current_frame(model)->has_saved ||
           !current_frame(model)->entry.set;
}

static bool permits_new(const struct model *model, const struct call *call,
                        const struct model_arg *args)
{
    int behaviour = behaviour_of(&args[2]);
    return model->capsule_slot[call->result] == NOTHING &&
           model->capsule_count < MAX_CAPSULES &&
           behaviour_may_be_installed(behaviour) &&
           name_fits(model, NOTHING, &args[1].value, behaviour) &&
           pointer_fits(model, NOTHING, &args[0].value, behaviour,
                        &args[1].value);
}

static bool permits_setter(const struct model *model, enum call_op op,
                           const struct model_arg *args)
{
    int id = args[0].capsule;
    const struct model_capsule *capsule = &model->capsule[id];
    const struct model_address *pointer = &capsule->field[FIELD_POINTER];
    const struct model_address *name = &capsule->field[FIELD_NAME];
    bool holds = capsule->field[FIELD_CONTEXT].capsule != NOTHING;
    int behaviour = behaviour_of(&args[1]);
    /* A dying capsule's destructor has been called already. */
    int destructor =
        capsule->life == LIFE_ALIVE ? capsule->destructor : NOTHING;
    switch (op) {
    case CALL_SET_POINTER:
        return pointer_fits(model, id, &args[1].value, destructor, name);
    case CALL_SET_NAME:
        return name_fits(model, id, &args[1].value, destructor) &&
               pointer_fits(model, id, pointer, destructor, &args[1].value);
    case CALL_SET_CONTEXT:
        return !holds;
    default: /* CALL_SET_DESTRUCTOR */
        return !holds && behaviour_may_be_installed(behaviour) &&
               (capsule->life != LIFE_ALIVE ||
                (pointer_fits(model, id, pointer, behaviour, name) &&
                 name_fits(model, id, name, behaviour)));
    }
}

static bool permits_free(const struct model *model, const struct model_arg *arg)
{
    if (arg->value.block == NOTHING) {
        return false;
    }
    const struct model_block *block = &model->block[arg->value.block];
    return block->alive && block->owner == NOTHING &&
           !used_as_name(model, arg->value.block, NOTHING);
}

/* Whether it is by this block that a destructor tells who frees the pointer. */
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
    if (!is_alive(model, arg) || model->frame_count >= MAX_FRAMES - 4) {
        return false;
    }
    int behaviour = model->capsule[arg->capsule].destructor;
    return behaviour != NOTHING && !DESTRUCTORS[behaviour].misuse &&
           !behaviour_uses(behaviour, CALL_FREE_POINTER_OF) &&
           !behaviour_uses(behaviour, CALL_FREE_POINTER_IF) &&
           !behaviour_uses(behaviour, CALL_FREE_NAME_OF) &&
           !behaviour_uses(behaviour, CALL_DROP_CONTEXT_OF);
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
           !leads_to(model, args[1].capsule, args[0].capsule);
}

bool model_permits(const struct model *model, const struct call *call,
                   const struct model_arg *args,
                   const struct prediction *prediction)
{
    if (prediction->fails && !may_touch_error(model)) {
        return false;
    }
    if (is_table_call(call->op)) {
        return model_permits_table_call(model, call, args, prediction);
    }
    if (is_cobject_call(call->op)) {
        return model_knows_modules(model) && !in_destructor(model) &&
               model_permits_cobject_call(model, call, args);
    }
    if (is_module_call(call->op)) {
        return model_knows_modules(model) && !in_destructor(model) &&
               !model->error.set &&
               model_permits_module_call(model, call, args);
    }
    switch ((enum call_op)call->op) {
    case CALL_PAYLOAD:
    case CALL_NAME:
        return model->block_count < MAX_BLOCKS &&
               model->block_slot[call->result +
                                 (call->op == CALL_NAME ? SLOTS : 0)] ==
                   NOTHING;
    case CALL_REALLOC:
        return permits_free(model, &args[0]) &&
               model->block_count < MAX_BLOCKS &&
               (call->result == args[0].index ||
                model->block_slot[call->result] == NOTHING);
    case CALL_EDIT:
        return permits_edit(model, args);
    case CALL_FREE:
        return permits_free(model, &args[0]);
    case CALL_NEW:
        return permits_new(model, call, args);
    case CALL_CHECK_EXACT:
        return args[0].tag != VALUE_CAPSULE || args[0].capsule != NOTHING;
    case CALL_SET_POINTER:
    case CALL_SET_NAME:
    case CALL_SET_CONTEXT:
    case CALL_SET_DESTRUCTOR:
        return prediction->fails || permits_setter(model, call->op, args);
    case CALL_INCREF:
        return is_alive(model, &args[0]) &&
               model->capsule[args[0].capsule].references < 1000;
    case CALL_DECREF:
        return is_alive(model, &args[0]) && model->frame_count < MAX_FRAMES - 4;
    case CALL_NEW_REF:
        return is_alive(model, &args[0]) &&
               model->capsule_slot[call->result] == NOTHING;
    case CALL_RAISE:
        return !in_destructor(model);
    case CALL_CLEAR_ERROR:
        return may_touch_error(model);
    case CALL_SAVE_ERROR:
        return !current_frame(model)->has_saved;
    case CALL_RESTORE_ERROR:
        return current_frame(model)->has_saved;
    case CALL_READ:
        return permits_read(model, args);
    case CALL_FREE_POINTER_OF:
    case CALL_FREE_POINTER_IF:
    case CALL_FREE_NAME_OF:
    case CALL_DROP_CONTEXT_OF:
        return is_self(model, &args[0]);
    case CALL_HOLD:
        return permits_hold(model, args);
    case CALL_CALL_DESTRUCTOR:
        return permits_call_destructor(model, &args[0]);
    case CALL_REPR:
        return args[0].capsule != NOTHING && !model->error.set;
    case CALL_LEAVE_IN_CYCLE:
        return model->current == 0 && is_alive(model, &args[0]) &&
               !model->error.set && !in_destructor(model) &&
               model->capsule[args[0].capsule].field[FIELD_CONTEXT].capsule ==
                   NOTHING;
    case CALL_COLLECT:
        return model->current == 0 && !model->error.set &&
               !in_destructor(model);
    case CALL_PRODUCE:
        return !model->error.set && !in_destructor(model);
    case CALL_START_INTERPRETER:
    case CALL_NEXT_INTERPRETER:
    case CALL_END_INTERPRETER:
    case CALL_SHARE:
    case CALL_UNSHARE:
    case CALL_IMPORT_SHARED:
    case CALL_SET_STATE:
    case CALL_GET_STATE:
        return interpreters_permit(model, call, args);
    case CALL_STACK_NAME:
        return false;
    case CALL_FAIL_ALLOCATION:
    case CALL_FAIL_ALLOCATIONS_FROM:
        return !in_destructor(model);
    default:
        return true;
    }
}
