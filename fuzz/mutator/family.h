/* The interface between the generator and a family of calls.
 * fuzz/program/families.def lists the families; the file NAME.c of this folder
 * defines mutator_family_NAME. Private to this folder. */
#ifndef FUZZ_MUTATOR_FAMILY_H
#define FUZZ_MUTATOR_FAMILY_H

#include "fuzz/model/step.h"
#include "fuzz/mutator/generate.h"

/* A NULL function does nothing, or what its comment says. */
struct mutator_family {
    /* Returns the result of the call in the forecast, and updates what the
     * forecast stores beside the model. NULL: the result is the predicted
     * one. */
    uintptr_t (*perform)(struct forecast *forecast, const struct step *step);
    /* True if some call of the row is permitted now and useful. NULL: asks the
     * model, by the kind of the first argument. */
    bool (*wants)(const struct forecast *forecast, enum call_op op);
    /* True if the call is permitted with the capsule in args[0], for some
     * choice of the other arguments, which the function may change. NULL: asks
     * the model with the arguments unchanged. */
    bool (*fits)(const struct forecast *forecast, enum call_op op,
                 struct model_arg *args);
    /* Chooses one argument; the earlier arguments are already chosen. Returns
     * false to choose as for calls of other families. */
    bool (*choose)(struct generator *generator, struct call *call,
                   unsigned index);
    /* True if the target wants the call with these arguments. NULL: always. */
    bool (*suits)(const struct generator *generator, const struct call *call);
    /* Changes the call after all arguments were chosen. */
    void (*complete)(struct generator *generator, struct call *call);
    /* True if the arguments are permitted only in combination: the generator
     * chooses all of them again until the call is permitted. */
    bool drawn_together;
};

#define FAMILY(ident, name)                                                    \
    extern const struct mutator_family mutator_family_##name;
#include "fuzz/program/families.def"
#undef FAMILY

extern const struct mutator_family *const MUTATOR_FAMILIES[FAMILY_COUNT];

static inline const struct mutator_family *family_of(unsigned op)
{
    return MUTATOR_FAMILIES[CALLS[op].family];
}

/* --- shared by families --------------------------------------------------- */

static inline void set_index(struct value *value, enum value_tag tag,
                             unsigned index)
{
    *value = (struct value){.tag = (uint8_t)tag, .index = (uint8_t)index};
}

static inline void set_number(struct value *value, unsigned number)
{
    *value = (struct value){.tag = VALUE_NUMBER, .number = (uint16_t)number};
}

/* Returns one of the slots in the mask; any slot if the mask is empty. */
static inline unsigned choose_slot(struct generator *g, unsigned mask)
{
    return mask ? random_bit(g->random, mask) : random_below(g->random, SLOTS);
}

/* Returns the capsule that the call's first argument is; NULL if there is
 * none. */
static inline const struct model_capsule *
capsule_argument(const struct generator *g, const struct call *call)
{
    return call->args[0].tag == VALUE_CAPSULE
               ? forecast_object_of(g->forecast, &call->args[0])
               : NULL;
}

/* True if the capsule's destructor contains that call. */
static inline bool destructor_makes(const struct model_capsule *capsule,
                                    enum call_op op)
{
    return capsule && behaviour_uses(capsule->destructor, op);
}

/* Returns an invented address for a new block. Nothing reads through the
 * forecast's addresses of payloads and capsules; they only must differ. */
static inline uintptr_t new_block_address(const struct model *model)
{
    return model->block_count + 1u;
}

#endif
