/* PyCObject: what each call must give, and the state afterwards. */
#include "fuzz/model/model.h"

static void succeed(struct prediction *p, uintptr_t value, uint16_t rule)
{
    p->fails = false;
    p->value = value;
    p->rule = p->indicator_rule = rule;
}

/* Whatever these functions return, it is 0 on failure. */
static void fail(struct prediction *p, uint16_t rule,
                 enum exception_type exception, const char *message)
{
    p->fails = true;
    p->value = 0;
    p->rule = p->indicator_rule = p->message_rule = rule;
    p->exception = exception;
    p->message = message;
}

static bool is_capsule(const struct model_arg *arg)
{
    return arg->tag == VALUE_CAPSULE && arg->capsule != NOTHING;
}

static bool is_null(const struct model_arg *arg)
{
    return arg->tag == VALUE_NULL ||
           (arg->tag == VALUE_CAPSULE && arg->capsule == NOTHING);
}

static bool has_desc(const struct model_arg *args)
{
    return args[2].number % 4 >= 2;
}

static void predict_new(const struct model *model, const struct model_arg *args,
                        struct prediction *p)
{
    uint16_t rule = has_desc(args) ? RULE_COBJ_3 : RULE_COBJ_2;
    if (model->cobject.of_python_3 && model->cobject.are_errors) {
        fail(p, rule, EXCEPTION_DEPRECATION_WARNING,
             "CObject type is not supported in 3.x. Please use capsule objects "
             "instead.");
    } else if (has_desc(args) && args[1].value.address == 0) {
        fail(p, rule, EXCEPTION_TYPE_ERROR,
             "PyCObject_FromVoidPtrAndDesc called with null description");
    } else {
        succeed(p, 1, rule);
    }
}

/* NULL, as the argument of a function that then says so, unless an exception
 * speaks already. */
static void predict_null(const struct model *model, uint16_t rule,
                         const char *message, struct prediction *p)
{
    if (model->error.set) {
        succeed(p, 0, RULE_COBJ_8);
    } else {
        fail(p, rule, EXCEPTION_TYPE_ERROR, message);
    }
}

static void predict_as_pointer(const struct model *model,
                               const struct model_arg *object,
                               struct prediction *p)
{
    bool warned = model->cobject.are_errors;
    if (warned && model->profile->as_void_ptr_warns) {
        fail(p, RULE_W27_3, EXCEPTION_PENDING_DEPRECATION_WARNING,
             "The CObject type is marked Pending Deprecation in Python 2.7.  "
             "Please use capsule objects instead.");
        return;
    }
    if (is_capsule(object)) {
        succeed(p, model->capsule[object->capsule].field[FIELD_POINTER].address,
                RULE_W27_2);
    } else if (is_null(object)) {
        predict_null(model, RULE_COBJ_4,
                     "PyCObject_AsVoidPtr called with null pointer", p);
    } else if (object->tag == VALUE_COBJECT) {
        succeed(p, model->cobject.pointer, RULE_COBJ_4);
    } else {
        fail(p, RULE_COBJ_4, EXCEPTION_TYPE_ERROR,
             "PyCObject_AsVoidPtr with non-C-object");
    }
    if (warned && !p->fails && !model->error.set) {
        p->rule = p->indicator_rule = RULE_W27_3;
    }
}

static void predict_get_desc(const struct model *model,
                             const struct model_arg *object,
                             struct prediction *p)
{
    if (is_null(object)) {
        predict_null(model, RULE_COBJ_5,
                     "PyCObject_GetDesc called with null pointer", p);
    } else if (object->tag == VALUE_COBJECT) {
        succeed(p, model->cobject.desc, RULE_COBJ_5);
    } else {
        fail(p, RULE_COBJ_5, EXCEPTION_TYPE_ERROR,
             "PyCObject_GetDesc with non-C-object");
    }
}

/* Fails as the step does that fails. */
static void predict_import(const struct model *model,
                           const struct model_arg *args, struct prediction *p)
{
    if (args[1].number == 0) {
        fail(p, RULE_COBJ_7, EXCEPTION_IMPORT_ERROR,
             "No module named " COBJECT_MODULE);
    } else if (is_null(&args[0])) {
        fail(p, RULE_COBJ_7, EXCEPTION_ATTRIBUTE_ERROR,
             "'module' object has no attribute '" COBJECT_ATTRIBUTE "'");
    } else {
        predict_as_pointer(model, &args[0], p);
        p->rule = p->message_rule = p->indicator_rule = RULE_COBJ_7;
    }
}

void model_predict_cobject_call(const struct model *model,
                                const struct call *call,
                                const struct model_arg *args,
                                struct prediction *p)
{
    const struct model_cobject *cobject = &model->cobject;
    switch ((enum call_op)call->op) {
    case CALL_COBJECT_NEW:
        predict_new(model, args, p);
        break;
    case CALL_COBJECT_AS_POINTER:
        predict_as_pointer(model, &args[0], p);
        break;
    case CALL_COBJECT_GET_DESC:
        predict_get_desc(model, &args[0], p);
        break;
    case CALL_COBJECT_SET_POINTER:
        if (args[0].tag == VALUE_COBJECT && !cobject->has_destructor) {
            succeed(p, 1, RULE_COBJ_6);
        } else {
            fail(p, RULE_COBJ_6, EXCEPTION_TYPE_ERROR,
                 "Invalid call to PyCObject_SetVoidPtr");
        }
        break;
    case CALL_COBJECT_IMPORT:
        predict_import(model, args, p);
        break;
    default:
        succeed(p, 0, RULE_TYPE_1);
        break;
    }
}

bool model_permits_cobject_call(const struct model *model,
                                const struct call *call,
                                const struct model_arg *args)
{
    if (!model->profile->has_cobject ||
        (CALLS[call->op].args[0] == ARG_COBJECT &&
         args[0].tag == VALUE_COBJECT && !model->cobject.alive)) {
        return false;
    }
    return !model->error.set ||
           (call->op != CALL_COBJECT_IMPORT && call->op != CALL_SET_WARNINGS);
}

void model_apply_cobject_call(struct model *model, const struct call *call,
                              const struct model_arg *args,
                              const struct prediction *prediction)
{
    struct model_cobject *cobject = &model->cobject;
    switch ((enum call_op)call->op) {
    case CALL_COBJECT_NEW:
        cobject->alive = false;
        break;
    case CALL_COBJECT_SET_POINTER:
        if (!prediction->fails) {
            cobject->pointer = args[1].value.address;
        }
        break;
    case CALL_SET_WARNINGS:
        cobject->of_python_3 = args[0].number != 0;
        cobject->are_errors = args[1].number != 0;
        break;
    default:
        break;
    }
}

void model_cobject_made(struct model *model, const struct model_arg *args)
{
    struct model_cobject *cobject = &model->cobject;
    cobject->alive = true;
    cobject->pointer = args[0].value.address;
    cobject->desc = has_desc(args) ? args[1].value.address : 0;
    cobject->has_destructor = args[2].number % 2 != 0;
}
