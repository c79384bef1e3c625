/* What each call must give. */
#include "fuzz/model/interpreter.h"

#include <string.h>

bool model_names_match(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* What a function of the API says when it refuses an object, and the rules
 * that its success obeys. */
struct function {
    const char *invalid_object;
    uint16_t success_rule;
    uint16_t null_rule; /* success with the value NULL */
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

static void succeed(struct prediction *p, uintptr_t value, uint16_t rule)
{
    p->fails = false;
    p->value = value;
    p->rule = rule;
    p->indicator_rule = RULE_ERR_1;
}

/* `value` is what the function returns on failure. */
static void fail(struct prediction *p, intptr_t value, uint16_t rule,
                 const char *message)
{
    p->fails = true;
    p->value = (uintptr_t)value;
    p->rule = rule;
    p->indicator_rule = RULE_ERR_2;
    p->message_rule = RULE_ERR_5;
    p->exception = EXCEPTION_VALUE_ERROR;
    p->message = message;
}

/* The capsule that the argument is, or NULL for anything else. */
static const struct model_capsule *capsule_of(const struct model *model,
                                              const struct model_arg *arg)
{
    return arg->tag == VALUE_CAPSULE && arg->capsule != NOTHING
               ? &model->capsule[arg->capsule]
               : NULL;
}

static const char *name_of(const struct model_address *address)
{
    return (const char *)address->address;
}

/* The rule under which these two names match, or do not. */
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
    const char *stored = name_of(&capsule->field[FIELD_NAME]);
    const char *given = name_of(&name->value);
    bool match = model_names_match(stored, given);
    uint16_t rule = name_rule(stored, given, match);
    if (match) {
        succeed(p, capsule->field[FIELD_POINTER].address, rule);
    } else {
        fail(p, 0, rule, "PyCapsule_GetPointer called with incorrect name");
    }
}

static void predict_is_valid(const struct model_capsule *capsule,
                             const struct model_arg *name, struct prediction *p)
{
    bool match =
        capsule && model_names_match(name_of(&capsule->field[FIELD_NAME]),
                                     name_of(&name->value));
    succeed(p, match, capsule && !match ? RULE_VAL_5 : RULE_VAL_1);
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
        succeed(p, 0, RULE_SETP_1);
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
    succeed(p, 0,
            !set                             ? RULE_SETD_2
            : capsule->destructor == NOTHING ? RULE_SETD_3
                                             : RULE_SETD_1);
}

/* The functions whose first argument must be a capsule. */
static void predict_accessor(const struct model *model, enum call_op op,
                             const struct model_arg *args, struct prediction *p)
{
    const struct model_capsule *capsule = capsule_of(model, &args[0]);
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
    succeed(p, value,
            value ? functions[op].success_rule : functions[op].null_rule);
}

static void fail_without_memory(struct prediction *p, intptr_t value,
                                uint16_t rule)
{
    fail(p, value, rule, NULL);
    p->exception = EXCEPTION_MEMORY_ERROR;
    p->indicator_rule = p->message_rule = rule;
}

bool model_predict_no_memory(const struct call *call, struct prediction *p)
{
    if (p->fails) {
        return true;
    }
    switch ((enum call_op)call->op) {
    case CALL_NEW:
        fail_without_memory(p, 0, RULE_NEW_3);
        return true;
    case CALL_REPR:
        fail_without_memory(p, 0, RULE_ERR_2);
        return true;
    case CALL_PRODUCE:
        fail_without_memory(p, -1, RULE_API_9);
        return true;
    case CALL_CALL_ENTRY:
        fail_without_memory(p, -1, RULE_API_7);
        return true;
    case CALL_IMPORT:
        fail_without_memory(p, 0, RULE_IMP_16);
        return true;
    case CALL_ADD_OBJECT:
        fail_without_memory(p, -1, RULE_API_10);
        return true;
    case CALL_COBJECT_NEW:
        fail_without_memory(p, 0, p->rule);
        return true;
    case CALL_COBJECT_IMPORT:
        fail_without_memory(p, 0, RULE_COBJ_7);
        return true;
    case CALL_RAISE:
    case CALL_LEAVE_IN_CYCLE:
        fail_without_memory(p, -1, RULE_ERR_2);
        return true;
    default:
        return false;
    }
}

static void predict_decref(const struct model *model,
                           const struct model_capsule *capsule,
                           struct prediction *p)
{
    succeed(p, 0, RULE_TYPE_1);
    if (capsule && capsule->destructor != NOTHING &&
        model_references(capsule) == 1) {
        p->indicator_rule = model->error.set ? RULE_DTOR_6 : RULE_DTOR_4;
    }
}

void model_predict(const struct model *model, const struct call *call,
                   const struct model_arg *args, struct prediction *p)
{
    if (is_table_call(call->op)) {
        model_predict_table_call(model, call, args, p);
        return;
    }
    if (is_cobject_call(call->op)) {
        model_predict_cobject_call(model, call, args, p);
        return;
    }
    if (is_module_call(call->op)) {
        model_predict_module_call(model, call, args, p);
        return;
    }
    switch ((enum call_op)call->op) {
    case CALL_NEW:
        if (args[0].value.address == 0) {
            fail(p, 0, RULE_NEW_2, "PyCapsule_New called with null pointer");
        } else {
            succeed(p, 1,
                    args[1].value.address ? new_pointer_rule(&args[0])
                                          : RULE_NEW_4);
        }
        break;
    case CALL_GET_POINTER:
    case CALL_GET_DESTRUCTOR:
    case CALL_GET_NAME:
    case CALL_GET_CONTEXT:
        predict_accessor(model, call->op, args, p);
        break;
    case CALL_SET_POINTER:
    case CALL_SET_DESTRUCTOR:
    case CALL_SET_NAME:
    case CALL_SET_CONTEXT:
        predict_accessor(model, call->op, args, p);
        if (!p->fails) {
            p->indicator_rule = RULE_SET_ALL_3;
        }
        break;
    case CALL_IS_VALID:
        predict_is_valid(capsule_of(model, &args[0]), &args[1], p);
        break;
    case CALL_CHECK_EXACT:
        succeed(p, capsule_of(model, &args[0]) != NULL, RULE_TYPE_3);
        p->indicator_rule = RULE_TYPE_3;
        break;
    case CALL_START_INTERPRETER:
    case CALL_NEXT_INTERPRETER:
    case CALL_END_INTERPRETER:
    case CALL_SHARE:
    case CALL_UNSHARE:
    case CALL_IMPORT_SHARED:
    case CALL_SET_STATE:
    case CALL_GET_STATE:
        interpreters_predict(model, call, p);
        break;
    case CALL_REPR:
        succeed(p, 1, RULE_TYPE_6);
        break;
    case CALL_PRODUCE:
        succeed(p, 0, RULE_API_9);
        break;
    case CALL_DECREF:
        predict_decref(model, capsule_of(model, &args[0]), p);
        break;
    default:
        succeed(p, 0, RULE_TYPE_1);
        break;
    }
}
