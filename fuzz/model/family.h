/* The interface between the model and a family of calls.
 * fuzz/program/families.def lists the families; the file NAME.c of this folder
 * defines model_family_NAME. Private to the model. */
#ifndef FUZZ_MODEL_FAMILY_H
#define FUZZ_MODEL_FAMILY_H

#include "fuzz/model/model.h"

/* A NULL function does nothing; `permits` and `predict` are never NULL. */
struct model_family {
    /* Initialises the family's part of the state. */
    void (*reset)(struct model *model);
    /* Predicts the result of the call. model_step() calls this before
     * `permits`, so calls that the executor then skips are predicted too. Must
     * not rely on anything but the arguments and the state. */
    void (*predict)(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    struct prediction *prediction);
    /* True if the contract allows the caller to make the call in this state. */
    bool (*permits)(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction);
    /* Turns the prediction of a success into the prediction of a failed
     * allocation. Called only for calls whose row in calls.def has
     * allocations. */
    void (*no_memory)(const struct call *call, struct prediction *prediction);
    /* Returns the usual number of allocations of this call with these
     * arguments. NULL: the number is in calls.def. */
    unsigned (*allocations)(const struct call *call,
                            const struct prediction *prediction);
    /* Updates the state after the call. model_step() sets the error indicator
     * after a failure. */
    void (*apply)(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction);
    /* Records the object that the call created. `got` is the value that the
     * performer returned, which the model cannot know in advance. */
    void (*made)(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got);
    /* Called last, after everything that the call destroyed is gone. */
    void (*finish)(struct model *model, const struct call *call);
};

#define FAMILY(ident, name)                                                    \
    extern const struct model_family model_family_##name;
#include "fuzz/program/families.def"
#undef FAMILY

extern const struct model_family *const MODEL_FAMILIES[FAMILY_COUNT];

static inline const struct model_family *family_of(const struct call *call)
{
    return MODEL_FAMILIES[CALLS[call->op].family];
}

/* --- shared by the families' predictions ---------------------------------- */

/* The call succeeds and leaves the error indicator as it is (ERR-1). */
static inline void predict_success(struct prediction *p, uintptr_t value,
                                   uint16_t rule)
{
    p->fails = false;
    p->value = value;
    p->rule = rule;
    p->indicator_rule = RULE_ERR_1;
}

/* The call returns `value` and raises the exception; one rule covers both.
 * `message` is static; NULL: the message is not predicted. */
static inline void predict_failure(struct prediction *p, intptr_t value,
                                   uint16_t rule, enum exception_type exception,
                                   const char *message)
{
    p->fails = true;
    p->value = (uintptr_t)value;
    p->rule = p->indicator_rule = p->message_rule = rule;
    p->exception = exception;
    p->message = message;
}

static inline void predict_no_memory(struct prediction *p, intptr_t value,
                                     uint16_t rule)
{
    predict_failure(p, value, rule, EXCEPTION_MEMORY_ERROR, NULL);
}

/* Returns the capsule of the argument; NULL if the argument is none. */
static inline const struct model_capsule *
capsule_in(const struct model *model, const struct model_arg *arg)
{
    return arg->tag == VALUE_CAPSULE && arg->capsule != NOTHING
               ? &model->capsule[arg->capsule]
               : NULL;
}

/* Returns the address as a string; NULL stays NULL. */
static inline const char *characters_of(const struct model_address *address)
{
    return (const char *)address->address;
}

#endif
