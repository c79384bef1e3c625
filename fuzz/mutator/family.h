/* A family of calls, as the generator knows it. fuzz/program/families.def lists
 * the families; the file NAME.c of this folder defines mutator_family_NAME.
 * Private to this folder. */
#ifndef FUZZ_MUTATOR_FAMILY_H
#define FUZZ_MUTATOR_FAMILY_H

#include "fuzz/model/step.h"
#include "fuzz/mutator/generate.h"

/* A function that is NULL does nothing; comments say what happens then. */
struct mutator_family {
    /* What comes back in the forecast; also changes what the forecast keeps
     * beside the model. NULL: what is predicted comes back. */
    uintptr_t (*perform)(struct forecast *forecast, const struct step *step);
    /* True if some call of the row is permitted now and makes sense. NULL: asks
     * the model, by the kind of the first argument. */
    bool (*wants)(const struct forecast *forecast, enum call_op op);
    /* True if the call is permitted with the capsule in args[0], for some
     * choice of the other arguments, which the function may change. NULL: asks
     * the model with the arguments as they are. */
    bool (*fits)(const struct forecast *forecast, enum call_op op,
                 struct model_arg *args);
    /* Draws one argument; those before it are given. Returns false if the
     * argument is like those of other calls. */
    bool (*choose)(struct generator *generator, struct call *call,
                   unsigned index);
    /* Changes the call after all arguments were drawn. */
    void (*complete)(struct generator *generator, struct call *call);
    /* The arguments are permitted only together: they are drawn again, all of
     * them, until the call is permitted. */
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

/* --- what families share ---------------------------------------------------
 */

static inline void set_index(struct value *value, enum value_tag tag,
                             unsigned index)
{
    *value = (struct value){.tag = (uint8_t)tag, .index = (uint8_t)index};
}

static inline void set_number(struct value *value, unsigned number)
{
    *value = (struct value){.tag = VALUE_NUMBER, .number = (uint16_t)number};
}

/* One of the slots in the mask; any slot if the mask is empty. */
static inline unsigned choose_slot(struct generator *g, unsigned mask)
{
    return mask ? random_bit(g->random, mask) : random_below(g->random, SLOTS);
}

/* The capsule that the other arguments are about; NULL: none. */
static inline const struct model_capsule *subject(const struct generator *g,
                                                  const struct call *call)
{
    return call->args[0].tag == VALUE_CAPSULE
               ? forecast_object_of(g->forecast, &call->args[0])
               : NULL;
}

/* True if the capsule's destructor makes that call. */
static inline bool destructor_makes(const struct model_capsule *capsule,
                                    enum call_op op)
{
    return capsule && behaviour_uses(capsule->destructor, op);
}

/* Nobody looks behind the addresses that the forecast makes up for payloads and
 * capsules; they only have to differ. */
static inline uintptr_t new_block_address(const struct model *model)
{
    return model->block_count + 1u;
}

#endif
