#include "fuzz/model/callers.h"

/* True if the program may replace or clear the pending exception. A destructor
 * must not touch an exception that was pending when the destructor began,
 * unless the destructor has saved the exception. */
bool model_may_touch_error(const struct model *model)
{
    return !in_destructor(model) || current_frame(model)->has_saved ||
           !current_frame(model)->entry.set;
}

bool pointer_fits(const struct model *model, int capsule,
                  const struct model_address *address, int behaviour,
                  const struct model_address *name)
{
    if (behaviour_uses(behaviour, CALL_END_EXCHANGE)) {
        return capsule != NOTHING &&
               model->capsule[capsule].field[FIELD_POINTER].address ==
                   address->address;
    }
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

/* True if a capsule other than `capsule` uses the block as its name. A dying
 * capsule uses its name until the capsule is gone. */
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

bool name_fits(const struct model *model, int capsule,
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

bool may_free(const struct model *model, const struct model_arg *arg)
{
    if (arg->value.block == NOTHING) {
        return false;
    }
    const struct model_block *block = &model->block[arg->value.block];
    return block->alive && block->owner == NOTHING &&
           !used_as_name(model, arg->value.block, NOTHING);
}
