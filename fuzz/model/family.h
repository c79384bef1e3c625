/* A family of calls, as the model knows it. fuzz/program/families.def lists the
 * families; the file NAME.c of this folder defines model_family_NAME. Private
 * to the model. */
#ifndef FUZZ_MODEL_FAMILY_H
#define FUZZ_MODEL_FAMILY_H

#include "fuzz/model/model.h"

/* A function that is NULL does nothing; `permits` and `predict` are never
 * NULL. */
struct model_family {
    /* Sets the family's part of an empty state. */
    void (*reset)(struct model *model);
    /* Says what the call must give. Called before `permits`, also for calls
     * that are then left out: nothing but `args` and the state may be relied
     * on. */
    void (*predict)(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    struct prediction *prediction);
    /* True if the caller keeps the contract by making the call now. */
    bool (*permits)(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction);
    /* Turns the prediction of a success into that of a failure for lack of
     * memory. Called only for rows of calls.def with allocations. */
    void (*no_memory)(const struct call *call, struct prediction *prediction);
    /* The usual number of allocations of this very call; NULL: as calls.def
     * says. */
    unsigned (*allocations)(const struct call *call,
                            const struct prediction *prediction);
    /* The state after the call. model_step() sets the error indicator after a
     * failure. */
    void (*apply)(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction);
    /* Adds what the call made and only whoever performed it knows: `got` is
     * what came back. */
    void (*made)(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got);
    /* The call is over, and what it destroyed is gone. */
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

/* --- what families share in their predictions ------------------------------
 */

/* The call succeeds and leaves the error indicator as it is (ERR-1). */
static inline void predict_success(struct prediction *p, uintptr_t value,
                                   uint16_t rule)
{
    p->fails = false;
    p->value = value;
    p->rule = rule;
    p->indicator_rule = RULE_ERR_1;
}

/* The call returns `value` and raises the exception, all by one rule. The
 * message is static; NULL: not predicted. */
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

/* The capsule that the argument is; NULL for anything else. */
static inline const struct model_capsule *
capsule_in(const struct model *model, const struct model_arg *arg)
{
    return arg->tag == VALUE_CAPSULE && arg->capsule != NOTHING
               ? &model->capsule[arg->capsule]
               : NULL;
}

/* The characters at the address; NULL for NULL. */
static inline const char *characters_of(const struct model_address *address)
{
    return (const char *)address->address;
}

#endif
