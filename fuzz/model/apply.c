/* The state after each call. */
#include "fuzz/model/interpreter.h"

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
    model_reset_tables(model);
    model->cobject = (struct model_cobject){0};
    model_reset_modules(model);
    interpreters_reset(model);
    model->frame_count = 1;
    model->frame[0] = (struct model_frame){.capsule = NOTHING};
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

static void free_block(struct model *model, int id)
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

/* Says anew which blocks the capsule's destructor will free. */
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

/* Begins the end of a capsule that has no references left. */
static void begin_death(struct model *model, int id)
{
    struct model_capsule *capsule = &model->capsule[id];
    capsule->life = LIFE_DYING;
    remove_alive(model, id);
    capsule->owes_destructor = capsule->destructor != NOTHING;
    capsule->last_destructor = capsule->destructor;
    capsule->destructor_ran = false;
    /* The collector may still hold it, and then ends it when it likes. */
    capsule->death_frame =
        capsule->uncollected > 0 ? 1 : (uint8_t)model->frame_count;
    model->owed++;
}

/* A reference of some kind was given back. */
static void dropped(struct model *model, int id)
{
    struct model_capsule *capsule = &model->capsule[id];
    if (capsule->references == 0) {
        forget_slots_of(model, id);
    }
    /* A program that breaks the contract drops what is dead, too. */
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

static void set_field(struct model *model, int id, enum field field,
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

static void set_destructor(struct model *model, int id, int behaviour,
                           uint16_t rule)
{
    struct model_capsule *capsule = &model->capsule[id];
    capsule->destructor = (int16_t)behaviour;
    capsule->rule[FIELD_DESTRUCTOR] = rule;
    if (capsule->life == LIFE_ALIVE) {
        update_ownership(model, id, capsule->field[FIELD_POINTER].block,
                         capsule->field[FIELD_NAME].block);
    }
}

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

void model_give_back(struct model *model, int id)
{
    model->capsule[id].held--;
    dropped(model, id);
}

/* A capsule that is published bears the name that it is imported by. */
static void rename_shared(struct model *model, int id)
{
    struct model_address name = {(uintptr_t)model_shared_name, NOTHING,
                                 NOTHING};
    set_field(model, id, FIELD_NAME, &name, RULE_SETN_2);
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

void model_unpublish(struct model *model, int id)
{
    model->capsule[id].published--;
    model->capsule[id].uncollected++;
    dropped(model, id);
}

void model_give_away(struct model *model, int id)
{
    model->capsule[id].references--;
    model->capsule[id].uncollected++;
    dropped(model, id);
}

void model_left_in_cycle(struct model *model, int id)
{
    model->capsule[id].in_cycles++;
    model->capsule[id].references--;
    dropped(model, id);
}

static void collect(struct model *model)
{
    for (int i = 0; i < model->capsule_count; i++) {
        struct model_capsule *capsule = &model->capsule[i];
        if (capsule->life == LIFE_ALIVE && capsule->in_cycles > 0) {
            capsule->uncollected = capsule->in_cycles;
            capsule->in_cycles = 0;
            dropped(model, i);
        }
    }
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

void model_leave_destructor(struct model *model) { model->frame_count--; }

void model_enter_by_hand(struct model *model, int id)
{
    model->capsule[id].called_by_hand = true;
    push_frame(model, id);
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

/* --- calls ---------------------------------------------------------------- */

void model_lacked_memory(struct model *model)
{
    model->error = (struct model_error){
        .set = true,
        .type = EXCEPTION_MEMORY_ERROR,
    };
}

static void apply_setter(struct model *model, enum call_op op,
                         const struct model_arg *args, uint16_t rule)
{
    int id = args[0].capsule;
    switch (op) {
    case CALL_SET_POINTER:
        set_field(model, id, FIELD_POINTER, &args[1].value, rule);
        break;
    case CALL_SET_NAME:
        set_field(model, id, FIELD_NAME, &args[1].value,
                  args[1].value.address ? RULE_SETN_2 : RULE_SETN_1);
        break;
    case CALL_SET_CONTEXT:
        set_field(model, id, FIELD_CONTEXT, &args[1].value, rule);
        break;
    default:
        set_destructor(
            model, id,
            args[1].tag == VALUE_DESTRUCTOR ? args[1].index : NOTHING, rule);
        break;
    }
}

void model_apply(struct model *model, const struct call *call,
                 const struct model_arg *args,
                 const struct prediction *prediction)
{
    struct model_frame *frame = &model->frame[model->frame_count - 1];

    if (is_table_call(call->op)) {
        model_apply_table_call(model, call, args, prediction);
    }
    if (is_cobject_call(call->op)) {
        model_apply_cobject_call(model, call, args, prediction);
    }
    if (is_module_call(call->op)) {
        model_apply_module_call(model, call, args, prediction);
    }
    if (prediction->fails) {
        model->error = (struct model_error){
            .set = true,
            .type = prediction->exception,
            .message = prediction->message,
        };
        return;
    }
    switch ((enum call_op)call->op) {
    case CALL_FREE:
    case CALL_REALLOC:
        free_block(model, args[0].value.block);
        break;
    case CALL_SET_POINTER:
    case CALL_SET_NAME:
    case CALL_SET_CONTEXT:
    case CALL_SET_DESTRUCTOR:
        apply_setter(model, call->op, args, prediction->rule);
        break;
    case CALL_INCREF:
        model->capsule[args[0].capsule].references++;
        break;
    case CALL_NEW_REF:
        model->capsule[args[0].capsule].references++;
        model->capsule_slot[call->result] = args[0].capsule;
        break;
    case CALL_DECREF:
        model->capsule[args[0].capsule].references--;
        dropped(model, args[0].capsule);
        break;
    case CALL_RAISE:
        model->error = (struct model_error){
            .set = true,
            .type = args[0].index,
        };
        break;
    case CALL_CLEAR_ERROR:
        model->error.set = false;
        break;
    case CALL_SAVE_ERROR:
        frame->saved = model->error;
        frame->has_saved = true;
        model->error.set = false;
        break;
    case CALL_RESTORE_ERROR:
        model->error = frame->saved;
        frame->has_saved = false;
        break;
    case CALL_FREE_POINTER_OF:
        free_block(model,
                   model->capsule[args[0].capsule].field[FIELD_POINTER].block);
        break;
    case CALL_FREE_POINTER_IF:
        free_pointer_if(model, args[0].capsule, &args[1].value);
        break;
    case CALL_FREE_NAME_OF:
        free_block(model,
                   model->capsule[args[0].capsule].field[FIELD_NAME].block);
        break;
    case CALL_HOLD:
        hold(model, args[0].capsule, args[1].capsule);
        break;
    case CALL_DROP_CONTEXT_OF:
        drop_context(model, args[0].capsule);
        break;
    case CALL_COLLECT:
        collect(model);
        break;
    case CALL_SHARE:
        rename_shared(model, args[0].capsule);
        interpreters_apply(model, call, args);
        break;
    default:
        interpreters_apply(model, call, args);
        break;
    }
}
