/* The state of the model: blocks, capsules, running destructors. */
#include "fuzz/model/state.h"

#include <string.h>

static const struct model_address no_address = {0, NOTHING, NOTHING};

void model_reset(struct model *model, const struct profile *profile,
                 bool misuse)
{
    model->profile = profile;
    model->misuse = misuse;
    memset(model->capsule_slot, 0xff, sizeof(model->capsule_slot));
    memset(model->block_slot, 0xff, sizeof(model->block_slot));
    model->capsule_count = model->block_count = model->owed = 0;
    model->alive_count = 0;
    model->error = (struct model_error){0};
    model->function = 1; /* whoever makes the calls knows the address */
    model->frame_count = 1;
    model->frame[0] = (struct model_frame){.capsule = NOTHING};
    model_reset_families(model);
}

/* --- blocks --------------------------------------------------------------- */

void model_allocated(struct model *model, unsigned block_slot,
                     uintptr_t address, size_t size, bool is_name)
{
    int id = model->block_count++;
    model->block[id] = (struct model_block){
        .address = address,
        .size = (uint32_t)size,
        .owner = NOTHING,
        .is_name = is_name,
        .alive = true,
    };
    model->block_slot[block_slot] = (int16_t)id;
}

void free_block(struct model *model, int id)
{
    if (id == NOTHING) {
        return;
    }
    model->block[id].alive = false;
    model->block[id].owner = NOTHING;
    for (int i = 0; i < 2 * SLOTS && !model->misuse; i++) {
        if (model->block_slot[i] == id) {
            model->block_slot[i] = NOTHING;
        }
    }
}

/* Records which blocks the capsule's destructor will free. The blocks of the
 * former fields lose their owner. */
static void update_ownership(struct model *model, int id, int old_pointer,
                             int old_name)
{
    struct model_capsule *capsule = &model->capsule[id];
    const int old[] = {old_pointer, old_name};
    const bool frees[] = {
        model_frees_pointer(model, capsule->destructor,
                            &capsule->field[FIELD_NAME]),
        behaviour_uses(capsule->destructor, CALL_FREE_NAME_OF),
    };
    for (int f = FIELD_POINTER; f <= FIELD_NAME; f++) {
        int block = capsule->field[f].block;
        if (old[f] != NOTHING && model->block[old[f]].owner == id) {
            model->block[old[f]].owner = NOTHING;
        }
        if (block != NOTHING && frees[f]) {
            model->block[block].owner = (int16_t)id;
        }
    }
}

/* --- capsules ------------------------------------------------------------- */

void model_created(struct model *model, unsigned slot, const void *handle,
                   const struct model_arg *args)
{
    int id = model->capsule_count++;
    struct model_capsule *capsule = &model->capsule[id];
    bool has_destructor = args[2].tag == VALUE_DESTRUCTOR;
    capsule->handle = handle;
    capsule->life = LIFE_ALIVE;
    capsule->destructor_ran = false;
    capsule->called_by_hand = false;
    capsule->references = 1;
    capsule->held = 0;
    capsule->in_cycles = 0;
    capsule->uncollected = 0;
    capsule->published = 0;
    capsule->imported = capsule->changed = false;
    capsule->destructor = has_destructor ? args[2].index : NOTHING;
    capsule->field[FIELD_POINTER] = args[0].value;
    capsule->field[FIELD_NAME] = args[1].value;
    capsule->field[FIELD_CONTEXT] = no_address;
    capsule->rule[FIELD_POINTER] = new_pointer_rule(&args[0]);
    capsule->rule[FIELD_NAME] = args[1].value.address ? RULE_NEW_5 : RULE_NEW_4;
    capsule->rule[FIELD_CONTEXT] = RULE_NEW_10;
    capsule->rule[FIELD_DESTRUCTOR] = has_destructor ? RULE_NEW_7 : RULE_NEW_8;
    model->capsule_slot[slot] = (int16_t)id;
    model->alive[model->alive_count++] = (uint8_t)id;
    update_ownership(model, id, NOTHING, NOTHING);
}

static void forget_slots_of(struct model *model, int id)
{
    for (int i = 0; i < SLOTS && !model->misuse; i++) {
        if (model->capsule_slot[i] == id) {
            model->capsule_slot[i] = NOTHING;
        }
    }
}

static void remove_alive(struct model *model, int id)
{
    unsigned i = 0;
    while (model->alive[i] != id) {
        i++;
    }
    model->alive[i] = model->alive[--model->alive_count];
}

/* Starts the death of a capsule that has no references left. */
static void begin_death(struct model *model, int id)
{
    struct model_capsule *capsule = &model->capsule[id];
    capsule->life = LIFE_DYING;
    remove_alive(model, id);
    capsule->owes_destructor = capsule->destructor != NOTHING;
    capsule->last_destructor = capsule->destructor;
    capsule->destructor_ran = false;
    /* If the collector may hold the capsule, the collector destroys it at any
     * time. */
    capsule->death_frame =
        capsule->uncollected > 0 ? 1 : (uint8_t)model->frame_count;
    model->owed++;
}

void reference_dropped(struct model *model, int id)
{
    struct model_capsule *capsule = &model->capsule[id];
    if (capsule->references == 0) {
        forget_slots_of(model, id);
    }
    /* A program that breaks the contract may drop a reference to a dead
     * capsule. */
    if (model_references(capsule) == 0 && capsule->life == LIFE_ALIVE) {
        begin_death(model, id);
    }
}

void model_destroyed(struct model *model, int id)
{
    struct model_capsule *capsule = &model->capsule[id];
    capsule->life = LIFE_DEAD;
    model->owed--;
    for (int f = FIELD_POINTER; f <= FIELD_NAME; f++) {
        int block = capsule->field[f].block;
        if (block != NOTHING && model->block[block].owner == id) {
            model->block[block].owner = NOTHING;
        }
    }
}

void set_field(struct model *model, int id, enum field field,
               const struct model_address *value, uint16_t rule)
{
    struct model_capsule *capsule = &model->capsule[id];
    int old_pointer = capsule->field[FIELD_POINTER].block;
    int old_name = capsule->field[FIELD_NAME].block;
    capsule->field[field] = *value;
    capsule->rule[field] = rule;
    capsule->changed |= field != FIELD_CONTEXT;
    if (capsule->life == LIFE_ALIVE) {
        update_ownership(model, id, old_pointer, old_name);
    }
}

void set_destructor(struct model *model, int id, int behaviour, uint16_t rule)
{
    struct model_capsule *capsule = &model->capsule[id];
    capsule->destructor = (int16_t)behaviour;
    capsule->rule[FIELD_DESTRUCTOR] = rule;
    if (capsule->life == LIFE_ALIVE) {
        update_ownership(model, id, capsule->field[FIELD_POINTER].block,
                         capsule->field[FIELD_NAME].block);
    }
}

void model_give_back(struct model *model, int id)
{
    model->capsule[id].held--;
    reference_dropped(model, id);
}

void model_unpublish(struct model *model, int id)
{
    model->capsule[id].published--;
    model->capsule[id].uncollected++;
    reference_dropped(model, id);
}

void model_give_away(struct model *model, int id)
{
    model->capsule[id].references--;
    model->capsule[id].uncollected++;
    reference_dropped(model, id);
}

void model_collected(struct model *model)
{
    for (int i = 0; i < model->capsule_count; i++) {
        model->capsule[i].uncollected = 0;
    }
}

/* --- destructors ---------------------------------------------------------- */

static void push_frame(struct model *model, int id)
{
    model->frame[model->frame_count++] = (struct model_frame){
        .capsule = (int16_t)id,
        .entry = model->error,
    };
}

int model_enter_destructor(struct model *model, const void *handle)
{
    for (int i = model->capsule_count - 1; i >= 0; i--) {
        struct model_capsule *capsule = &model->capsule[i];
        if (capsule->handle == handle && capsule->life == LIFE_DYING &&
            !capsule->destructor_ran) {
            capsule->destructor_ran = true;
            push_frame(model, i);
            return i;
        }
    }
    return NOTHING;
}

void model_enter_code(struct model *model) { push_frame(model, NOTHING); }

void model_leave_destructor(struct model *model) { model->frame_count--; }

void model_enter_by_hand(struct model *model, int id)
{
    model->capsule[id].called_by_hand = true;
    push_frame(model, id);
}

/* --- errors --------------------------------------------------------------- */

void model_lacked_memory(struct model *model)
{
    model->error = (struct model_error){
        .set = true,
        .type = EXCEPTION_MEMORY_ERROR,
    };
}
