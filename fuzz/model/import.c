/* Predicts the calls about modules, PyCapsule_Import above all. */
#include "fuzz/model/imports.h"
#include "fuzz/model/lookup.h"

#include <string.h>

/* --- PyCapsule_Import ------------------------------------------------------
 */

static void give(struct prediction *p, uintptr_t value, uint16_t rule)
{
    p->fails = false;
    p->value = value;
    p->rule = rule;
    p->indicator_rule = RULE_IMP_5;
}

static void refuse(struct prediction *p, struct failure failure, uint16_t rule)
{
    p->fails = true;
    p->value = 0;
    p->rule = rule;
    p->indicator_rule = RULE_IMP_5;
    p->message_rule = rule;
    p->exception = failure.exception;
    p->message = failure.message;
}

static struct component next_component(const char **path)
{
    struct component component = {*path, strcspn(*path, ".")};
    *path += component.length;
    *path = **path ? *path + 1 : NULL;
    return component;
}

static void refuse_first(const struct model *model, struct component first,
                         bool no_block, struct failure failed,
                         struct prediction *p)
{
    uint16_t rule = no_block            ? RULE_IMP_8
                    : first.length == 0 ? RULE_IMP_12
                                        : RULE_IMP_6;
    if (!no_block || !model->profile->import_no_block_is_unwrapped) {
        failed =
            failure(EXCEPTION_IMPORT_ERROR,
                    model_message(
                        model, "PyCapsule_Import could not import module \"%\"",
                        model_component_text(first)));
    }
    refuse(p, failed, rule);
}

/* Returns the rule for a lookup that fails with AttributeError of the owner. */
static uint16_t rule_for_missing(const struct model_object *owner,
                                 struct component component)
{
    for (int i = 0; owner->kind == OBJECT_IS_OWNER && i < MODULE_COUNT; i++) {
        if (model_parent_of((unsigned)i) == owner->index) {
            const char *name = strrchr(MODULE_NAMES[i], '.') + 1;
            if (strlen(name) == component.length &&
                memcmp(name, component.text, component.length) == 0) {
                return RULE_IMP_4;
            }
        }
    }
    return component.length == 0 ? RULE_IMP_12 : RULE_IMP_7;
}

/* Predicts PyCapsule_Import() from the object at the end of the path: the name
 * of a capsule must equal the whole path. */
static void predict_found(const struct model *model, const char *path,
                          bool no_block, uint16_t rule,
                          const struct model_object *object,
                          struct prediction *p)
{
    static const char *const fresh[] = {
#define MODULE(ident, name) name ".fresh",
#include "fuzz/program/modules.def"
#undef MODULE
    };
    const struct model_capsule *capsule = object->kind == OBJECT_IS_CAPSULE
                                              ? &model->capsule[object->index]
                                              : NULL;
    const char *name = capsule
                           ? (const char *)capsule->field[FIELD_NAME].address
                       : object->kind == OBJECT_IS_FRESH ? fresh[object->index]
                                                         : NULL;
    if (capsule && capsule->imported) {
        rule = capsule->changed ? RULE_PUB_2 : RULE_IMP_10;
    }
    if (name && model_names_match(name, path)) {
        p->found = (int16_t)(capsule ? object->index : NOTHING);
        give(p, capsule ? capsule->field[FIELD_POINTER].address : ADDRESSES[0],
             no_block && rule == RULE_IMP_1 ? RULE_IMP_8 : rule);
        return;
    }
    refuse(p,
           failure(EXCEPTION_ATTRIBUTE_ERROR,
                   model_message(model, "PyCapsule_Import \"%\" is not valid",
                                 path)),
           rule == RULE_PUB_2 || rule == RULE_IMP_11 ? rule : RULE_IMP_2);
}

static void predict_import(const struct model *model, const char *path,
                           bool no_block, struct prediction *p)
{
    const char *rest = path;
    struct component component = next_component(&rest);
    struct model_object object;
    uint16_t rule = rest == NULL ? RULE_IMP_11 : RULE_IMP_1;
    struct failure failed = model_import_first(model, component, p, &object);

    if (failed.failed) {
        refuse_first(model, component, no_block, failed, p);
        return;
    }
    for (unsigned n = 1; rest; n++) {
        struct model_object owner = object;
        uint16_t hooked = 0;
        component = next_component(&rest);
        failed = model_look_up(model, component, p, &object, &hooked);
        rule = hooked                        ? hooked
               : component.length == 0       ? RULE_IMP_12
               : n > 1 && rule == RULE_IMP_1 ? RULE_IMP_3
                                             : rule;
        if (failed.failed) {
            refuse(p, failed,
                   hooked ? hooked : rule_for_missing(&owner, component));
            return;
        }
    }
    predict_found(model, path, no_block, rule, &object, p);
}

/* --- the other calls ------------------------------------------------------ */

/* A consumer imports the module, reads the attribute and reads the capsule's
 * pointer by name. The consumer's caller gets the exception of the step that
 * failed. */
static void predict_consume(const struct model *model,
                            const struct model_arg *args, struct prediction *p)
{
    const char *attribute = (const char *)args[1].value.address;
    const char *name = (const char *)args[2].value.address;
    struct model_object object;
    uint16_t hooked, rule = RULE_API_11;
    struct failure failed =
        model_import_with_package(model, args[0].index, p, &object);

    if (!failed.failed) {
        failed = model_look_up(model,
                               (struct component){attribute, strlen(attribute)},
                               p, &object, &hooked);
    }
    if (!failed.failed && object.kind == OBJECT_IS_CAPSULE) {
        const struct model_address *field = model->capsule[object.index].field;
        if (model_names_match((const char *)field[FIELD_NAME].address, name)) {
            give(p, field[FIELD_POINTER].address, RULE_API_11);
            return;
        }
        rule = RULE_BUG_1;
        failed = failure(EXCEPTION_VALUE_ERROR,
                         "PyCapsule_GetPointer called with incorrect name");
    } else if (!failed.failed && object.kind == OBJECT_IS_FRESH) {
        struct prediction fresh = {0};
        predict_found(model, name ? name : "", false, RULE_API_11, &object,
                      &fresh);
        if (name && !fresh.fails) {
            give(p, fresh.value, RULE_API_11);
            return;
        }
        failed = failure(EXCEPTION_VALUE_ERROR,
                         "PyCapsule_GetPointer called with incorrect name");
    } else if (!failed.failed) {
        failed = failure(
            EXCEPTION_VALUE_ERROR,
            "PyCapsule_GetPointer called with invalid PyCapsule object");
    }
    refuse(p, failed, rule);
}

void model_predict_modules(const struct model *model, const struct call *call,
                           const struct model_arg *args, struct prediction *p)
{
    struct failure failed;
    struct model_object object;

    p->initialises = p->imports = 0;
    p->inits_inside = p->lookups_inside = 0;
    p->found = NOTHING;
    /* Not permitted; and the pending exception may use the static message. */
    bool long_name = call->op == CALL_IMPORT &&
                     model_is_long_name((const char *)args[0].value.address);
    if (model->error.set || long_name) {
        give(p, 0, RULE_TYPE_1);
        return;
    }
    switch (call->op) {
    case CALL_IMPORT:
        if (args[0].value.address) {
            predict_import(model, (const char *)args[0].value.address,
                           args[1].number != 0, p);
            return;
        }
        break;
    case CALL_CONSUME:
        predict_consume(model, args, p);
        return;
    case CALL_IMPORT_MODULE:
        failed = model_import_with_package(model, args[0].index, p, &object);
        if (failed.failed) {
            refuse(p, failed, RULE_API_11);
        } else {
            give(p, 1, RULE_API_11);
        }
        return;
    case CALL_ADD_OBJECT:
        if (args[0].tag == VALUE_OBJECT) {
            refuse(p, failure(EXCEPTION_TYPE_ERROR, NULL), RULE_API_10);
            p->value = (uintptr_t)-1;
            return;
        }
        give(p, 0, RULE_API_10);
        return;
    default:
        break;
    }
    give(p, 0, RULE_TYPE_1);
}
