/* The capsule API: PyCapsule_New, the getters, PyCapsule_IsValid and
 * PyCapsule_CheckExact, and the setters. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"
#include "fuzz/model/state.h"

bool model_names_match(const char *a, const char *b)
{
    if (a == NULL || b == NULL || a == b) {
        return a == b;
    }
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* The message with which an API function refuses an object, and the rules for
 * the function's success. */
struct function {
    const char *invalid_object;
    uint16_t success_rule;
    uint16_t null_rule; /* for success with the value NULL */
};

#define INVALID(name) name " called with invalid PyCapsule object"

static const struct function functions[CALL_COUNT] = {
    [CALL_GET_POINTER] = {INVALID("PyCapsule_GetPointer"), RULE_GETP_1,
                          RULE_GETP_1},
    [CALL_GET_DESTRUCTOR] = {INVALID("PyCapsule_GetDestructor"), RULE_GETD_1,
                             RULE_GETD_2},
    [CALL_GET_NAME] = {INVALID("PyCapsule_GetName"), RULE_GETN_1, RULE_GETN_2},
    [CALL_GET_CONTEXT] = {INVALID("PyCapsule_GetContext"), RULE_GETC_1,
                          RULE_GETC_2},
    [CALL_SET_POINTER] = {INVALID("PyCapsule_SetPointer"), RULE_SETP_1,
                          RULE_SETP_1},
    [CALL_SET_DESTRUCTOR] = {INVALID("PyCapsule_SetDestructor"), RULE_SETD_1,
                             RULE_SETD_2},
    [CALL_SET_NAME] = {INVALID("PyCapsule_SetName"), RULE_SETN_1, RULE_SETN_1},
    [CALL_SET_CONTEXT] = {INVALID("PyCapsule_SetContext"), RULE_SETC_1,
                          RULE_SETC_1},
};

/* `value` is what the function returns on failure. */
static void fail(struct prediction *p, intptr_t value, uint16_t rule,
                 const char *message)
{
    predict_failure(p, value, rule, EXCEPTION_VALUE_ERROR, message);
    p->indicator_rule = RULE_ERR_2;
    p->message_rule = RULE_ERR_5;
}

/* Returns the rule that decides whether the two names match. */
static uint16_t name_rule(const char *stored, const char *given, bool match)
{
    if (stored == NULL || given == NULL) {
        return RULE_GETP_4;
    }
    if (!match) {
        return RULE_GETP_3;
    }
    return stored == given ? RULE_GETP_1 : RULE_GETP_6;
}

static void predict_get_pointer(const struct model_capsule *capsule,
                                const struct model_arg *name,
                                struct prediction *p)
{
    const char *stored = characters_of(&capsule->field[FIELD_NAME]);
    const char *given = characters_of(&name->value);
    bool match = model_names_match(stored, given);
    uint16_t rule = name_rule(stored, given, match);
    if (match) {
        predict_success(p, capsule->field[FIELD_POINTER].address, rule);
    } else {
        fail(p, 0, rule, "PyCapsule_GetPointer called with incorrect name");
    }
}

static void predict_is_valid(const struct model_capsule *capsule,
                             const struct model_arg *name, struct prediction *p)
{
    bool match =
        capsule && model_names_match(characters_of(&capsule->field[FIELD_NAME]),
                                     characters_of(&name->value));
    predict_success(p, match, capsule && !match ? RULE_VAL_5 : RULE_VAL_1);
    p->indicator_rule = capsule ? RULE_VAL_6 : RULE_VAL_3;
}

static void predict_set_pointer(const struct model *model,
                                const struct model_capsule *capsule,
                                const struct model_arg *pointer,
                                struct prediction *p)
{
    static const char null_pointer[] =
        "PyCapsule_SetPointer called with null pointer";
    bool null = pointer->value.address == 0;
    if (capsule && !null) {
        predict_success(p, 0, RULE_SETP_1);
    } else if (capsule) {
        fail(p, -1, RULE_SETP_2, null_pointer);
    } else if (null && model->profile->set_pointer_checks_null_first) {
        fail(p, -1, RULE_SET_ALL_1, null_pointer);
    } else {
        fail(p, -1, RULE_SET_ALL_1, functions[CALL_SET_POINTER].invalid_object);
    }
    if (!capsule && null) {
        p->message_rule = RULE_ERR_4;
    }
}

static void predict_set_destructor(const struct model_capsule *capsule,
                                   const struct model_arg *behaviour,
                                   struct prediction *p)
{
    bool set = behaviour->tag != VALUE_NULL;
    predict_success(p, 0,
                    !set                             ? RULE_SETD_2
                    : capsule->destructor == NOTHING ? RULE_SETD_3
                                                     : RULE_SETD_1);
}

/* Predicts the functions whose first argument must be a capsule. */
static void predict_accessor(const struct model *model, enum call_op op,
                             const struct model_arg *args, struct prediction *p)
{
    const struct model_capsule *capsule = capsule_in(model, &args[0]);
    bool sets = CALLS[op].yields == YIELDS_INT;
    if (op == CALL_SET_POINTER) {
        predict_set_pointer(model, capsule, &args[1], p);
        return;
    }
    if (capsule == NULL) {
        fail(p, sets ? -1 : 0, sets ? RULE_SET_ALL_1 : RULE_GET_ALL_1,
             functions[op].invalid_object);
        if (op == CALL_GET_POINTER) {
            p->message_rule = RULE_ERR_4;
        }
        return;
    }
    uintptr_t value = 0;
    switch (op) {
    case CALL_GET_POINTER:
        predict_get_pointer(capsule, &args[1], p);
        return;
    case CALL_SET_DESTRUCTOR:
        predict_set_destructor(capsule, &args[1], p);
        return;
    case CALL_GET_DESTRUCTOR:
        value = (uintptr_t)(capsule->destructor + 1);
        break;
    case CALL_GET_NAME:
        value = capsule->field[FIELD_NAME].address;
        break;
    case CALL_GET_CONTEXT:
        value = capsule->field[FIELD_CONTEXT].address;
        break;
    default:
        break;
    }
    predict_success(
        p, value, value ? functions[op].success_rule : functions[op].null_rule);
}

static void predict_new(const struct model_arg *args, struct prediction *p)
{
    if (args[0].value.address == 0) {
        fail(p, 0, RULE_NEW_2, "PyCapsule_New called with null pointer");
    } else {
        predict_success(p, 1,
                        args[1].value.address ? new_pointer_rule(&args[0])
                                              : RULE_NEW_4);
    }
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    switch ((enum call_op)call->op) {
    case CALL_NEW:
        predict_new(args, p);
        break;
    case CALL_IS_VALID:
        predict_is_valid(capsule_in(model, &args[0]), &args[1], p);
        break;
    case CALL_CHECK_EXACT:
        predict_success(p, capsule_in(model, &args[0]) != NULL, RULE_TYPE_3);
        p->indicator_rule = RULE_TYPE_3;
        break;
    default: /* getters and setters */
        predict_accessor(model, (enum call_op)call->op, args, p);
        if (CALLS[call->op].nature == NATURE_SETS && !p->fails) {
            p->indicator_rule = RULE_SET_ALL_3;
        }
        break;
    }
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call; /* only CALL_NEW allocates */
    predict_no_memory(p, 0, RULE_NEW_3);
}

/* --- what is permitted ---------------------------------------------------- */

static int behaviour_of(const struct model_arg *arg)
{
    return arg->tag == VALUE_DESTRUCTOR ? arg->index : NOTHING;
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
    /* The destructor of a dying capsule has already been called. */
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
        return !holds && !behaviour_uses(destructor, CALL_END_EXCHANGE) &&
               behaviour_may_be_installed(behaviour) &&
               (capsule->life != LIFE_ALIVE ||
                (pointer_fits(model, id, pointer, behaviour, name) &&
                 name_fits(model, id, name, behaviour)));
    }
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    switch (CALLS[call->op].nature) {
    case NATURE_CREATES:
        return permits_new(model, call, args);
    case NATURE_SETS:
        return prediction->fails ||
               permits_setter(model, (enum call_op)call->op, args);
    default:
        return call->op != CALL_CHECK_EXACT || args[0].tag != VALUE_CAPSULE ||
               args[0].capsule != NOTHING;
    }
}

/* --- the state afterwards ------------------------------------------------- */

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

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    if (CALLS[call->op].nature == NATURE_SETS && !prediction->fails) {
        apply_setter(model, (enum call_op)call->op, args, prediction->rule);
    }
}

static void made(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got)
{
    if (call->op == CALL_NEW && got) {
        model_created(model, call->result, (const void *)got, args);
    }
}

const struct model_family model_family_capsules = {
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
    .apply = apply,
    .made = made,
};
