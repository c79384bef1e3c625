/* Models the calls that do one thing many times. A bulk call leaves the state
 * as it was, apart from the references that take_references() and
 * drop_references() count. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

#include <string.h>

enum {
    MOST_REFERENCES = 1000000,
    /* Objects that all bulk calls of a run may make: they must fit into the
     * executor's arena. */
    MOST_OBJECTS = 300000,
    /* An exception, its message and what belongs to them. */
    OBJECTS_OF_AN_EXCEPTION = 4,
    /* Characters of names that one call may compare. More would take a real
     * Python under sanitizers so long that the fuzzer stops it. */
    MOST_CHARACTERS = 100000000,
    DEEPEST_CHAIN = 1000 /* more would exhaust the stack */
};

/* True if the name in args[1] is the name of the capsule in args[0]. */
static bool opens(const struct model *model, const struct model_arg *args)
{
    const struct model_capsule *capsule = capsule_in(model, &args[0]);
    return capsule &&
           model_names_match(characters_of(&capsule->field[FIELD_NAME]),
                             characters_of(&args[1].value));
}

/* Returns how many characters the look compares if the names have equal
 * text. */
static uint64_t characters_of_look(const struct model *model,
                                   const struct model_arg *args)
{
    const char *name = characters_of(&args[1].value);
    return opens(model, args) && name ? args[2].number * (uint64_t)strlen(name)
                                      : 0;
}

/* Returns how many objects the call makes. */
static unsigned objects_of(const struct model *model, const struct call *call,
                           const struct model_arg *args)
{
    switch ((enum call_op)call->op) {
    case CALL_MAKE_CAPSULES:
    case CALL_DROP_CHAIN:
        return args[0].number;
    case CALL_LOOK:
        return opens(model, args) ? 0
                                  : args[2].number * OBJECTS_OF_AN_EXCEPTION;
    default:
        return 0;
    }
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    switch ((enum call_op)call->op) {
    case CALL_MAKE_CAPSULES:
        predict_success(p, args[0].number, RULE_NEW_1);
        break;
    case CALL_SET_FIELDS:
        predict_success(p, args[1].number, RULE_TYPE_2);
        break;
    case CALL_LOOK:
        predict_success(p, args[2].number,
                        opens(model, args) ? RULE_GET_ALL_2 : RULE_GETP_3);
        break;
    case CALL_DROP_CHAIN:
        predict_success(p, args[0].number, RULE_DTOR_1);
        break;
    default:
        predict_success(p, 0, RULE_TYPE_1);
        break;
    }
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)prediction;
    if (model->bulk + objects_of(model, call, args) > MOST_OBJECTS) {
        return false;
    }
    switch ((enum call_op)call->op) {
    case CALL_TAKE_REFERENCES:
        return is_alive(model, &args[0]) &&
               model->capsule[args[0].capsule].references +
                       (int32_t)args[1].number <=
                   MOST_REFERENCES;
    case CALL_DROP_REFERENCES:
        return is_alive(model, &args[0]) &&
               model->capsule[args[0].capsule].references >
                   (int32_t)args[1].number;
    case CALL_MAKE_CAPSULES:
        return !in_destructor(model);
    case CALL_SET_FIELDS:
        return is_alive(model, &args[0]);
    case CALL_LOOK:
        return is_alive(model, &args[0]) && !model->error.set &&
               !in_destructor(model) &&
               characters_of_look(model, args) <= MOST_CHARACTERS;
    default: /* CALL_DROP_CHAIN */
        return !in_destructor(model) && args[0].number <= DEEPEST_CHAIN;
    }
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    (void)prediction;
    model->bulk += objects_of(model, call, args);
    switch ((enum call_op)call->op) {
    case CALL_TAKE_REFERENCES:
        model->capsule[args[0].capsule].references += (int32_t)args[1].number;
        break;
    case CALL_DROP_REFERENCES:
        model->capsule[args[0].capsule].references -= (int32_t)args[1].number;
        break;
    case CALL_SET_FIELDS:
        model->capsule[args[0].capsule].changed = true;
        break;
    default:
        break;
    }
}

static void reset(struct model *model) { model->bulk = 0; }

const struct model_family model_family_bulk = {
    .reset = reset,
    .predict = predict,
    .permits = permits,
    .apply = apply,
};
