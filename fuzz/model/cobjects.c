/* PyCObject: predicts each call and updates the state. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

static void succeed(struct prediction *p, uintptr_t value, uint16_t rule)
{
    predict_success(p, value, rule);
    p->indicator_rule = rule;
}

/* On failure, every function of PyCObject returns 0: NULL or the int 0. */
static void fail(struct prediction *p, uint16_t rule,
                 enum exception_type exception, const char *message)
{
    predict_failure(p, 0, rule, exception, message);
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

/* Predicts a function that gets NULL as its object: TypeError, or the pending
 * exception stays if there is one. */
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
    if (capsule_in(model, object)) {
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

/* The import fails with the exception of the step that failed: the module, the
 * attribute, the pointer. */
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

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
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

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)prediction;
    if (!model->profile->has_cobject || !model_knows_modules(model) ||
        in_destructor(model) ||
        (CALLS[call->op].args[0] == ARG_COBJECT &&
         args[0].tag == VALUE_COBJECT && !model->cobject.alive)) {
        return false;
    }
    return !model->error.set ||
           (call->op != CALL_COBJECT_IMPORT && call->op != CALL_SET_WARNINGS);
}

static void apply(struct model *model, const struct call *call,
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

static void made(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got)
{
    struct model_cobject *cobject = &model->cobject;
    if (call->op != CALL_COBJECT_NEW || got == 0) {
        return;
    }
    cobject->alive = true;
    cobject->pointer = args[0].value.address;
    cobject->desc = has_desc(args) ? args[1].value.address : 0;
    cobject->has_destructor = args[2].number % 2 != 0;
}

static void no_memory(const struct call *call, struct prediction *p)
{
    predict_no_memory(p, 0,
                      call->op == CALL_COBJECT_NEW ? p->rule : RULE_COBJ_7);
}

static void reset(struct model *model)
{
    model->cobject = (struct model_cobject){0};
}

const struct model_family model_family_cobjects = {
    .reset = reset,
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
    .apply = apply,
    .made = made,
};
