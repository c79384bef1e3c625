/* Resolves the arguments of a call in the current state. */
#include "fuzz/model/model.h"

static void resolve_block(const struct model *model, unsigned block_slot,
                          struct model_address *address)
{
    int id = model->block_slot[block_slot];
    if (id != NOTHING) {
        address->address = model->block[id].address;
        address->block = (int16_t)id;
    }
}

/* Sets the address only: a plain pointer says nothing about the memory that it
 * points to. */
static void resolve_alias(const struct model *model, unsigned alias,
                          struct model_address *address)
{
    if (alias == ALIAS_FUNCTION) {
        address->address = model->function;
    } else if (alias < ALIAS_BUFFER) {
        int id = model->capsule_slot[alias];
        address->address =
            id == NOTHING ? 0 : (uintptr_t)model->capsule[id].handle;
    } else {
        resolve_block(model, alias, address);
        address->block = NOTHING;
    }
}

void model_resolve(const struct model *model, const struct program *program,
                   const struct call *call, struct model_arg *args)
{
    unsigned count = CALLS[call->op].arg_count;
    args[0] = (struct model_arg){.capsule = NOTHING}; /* if no arguments */
    for (unsigned i = 0; i < count; i++) {
        const struct value *value = &call->args[i];
        struct model_arg *arg = &args[i];
        *arg = (struct model_arg){
            .tag = value->tag,
            .index = value->index,
            .number = value->number,
            .capsule = NOTHING,
            .value = {0, NOTHING, NOTHING},
        };
        switch (value->tag) {
        case VALUE_CAPSULE:
            arg->capsule = value->index == SLOT_SELF
                               ? model->frame[model->frame_count - 1].capsule
                               : model->capsule_slot[value->index];
            break;
        case VALUE_PAYLOAD:
            resolve_block(model, value->index, &arg->value);
            break;
        case VALUE_BUFFER:
            resolve_block(model, SLOTS + value->index, &arg->value);
            break;
        case VALUE_ADDRESS:
            arg->value.address = ADDRESSES[value->index];
            break;
        case VALUE_ALIAS:
            resolve_alias(model, value->index, &arg->value);
            break;
        case VALUE_COUNT:
            arg->number = COUNTS[value->index];
            break;
        case VALUE_TEXT:
            arg->value.address = (uintptr_t)program_text(program, value);
            break;
        default:
            break;
        }
    }
}
