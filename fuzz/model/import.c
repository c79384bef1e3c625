/* Predicts imports and attribute lookups. */
#include <string.h>

#include "fuzz/model/imports.h"

/* The exception of a failed step, if the step failed. */
struct failure {
    bool failed;
    uint8_t exception;
    const char *message; /* NULL: not predicted */
};

static struct failure failure(enum exception_type exception,
                              const char *message)
{
    return (struct failure){true, (uint8_t)exception, message};
}

static const struct failure NO_FAILURE = {false, 0, NULL};

/* One component of a dotted path. */
struct component {
    const char *text; /* only the last component of a path is NUL-terminated */
    size_t length;
};

/* Returns a NUL-terminated copy of the component. */
static const char *text_of(struct component component)
{
    static char text[MAX_NAME + 1];
    memcpy(text, component.text, component.length);
    text[component.length] = '\0';
    return text;
}

static bool is_readable(const struct model *model, struct component component)
{
    return model->profile->names_are_bytes ||
           model_is_utf8(component.text, component.length);
}

/* --- imports -------------------------------------------------------------- */

/* The exception that a program's init function or `__getattr__` raises. The
 * message of KeyError is not predicted: it shows quotes or not, depending on
 * which function formats it. */
static struct failure refusal(enum exception_type type)
{
    return failure(type, type == EXCEPTION_KEY_ERROR ? NULL : "refused");
}

/* True if repr() of the text only adds quotes. */
static bool is_plain(const char *text)
{
    for (; *text >= 0x20 && *text < 0x7f && *text != '\'' && *text != '\\';
         text++) {
    }
    return *text == '\0';
}

static struct failure not_found(const struct model *model, const char *name)
{
    if (model->profile->python_2_messages) {
        return failure(EXCEPTION_IMPORT_ERROR,
                       model_message(model, "No module named %", name));
    }
    return failure(EXCEPTION_MODULE_NOT_FOUND_ERROR,
                   is_plain(name)
                       ? model_message(model, "No module named '%'", name)
                       : NULL);
}

/* True if the module's code runs a program that is not running yet. */
static bool runs_code(const struct model_module *module)
{
    return module->inside && !module->runs_inside;
}

/* Predicts the import of one module without its package. */
static struct failure import_module(const struct model *model, unsigned id,
                                    struct prediction *p,
                                    struct model_object *object)
{
    const struct model_module *module = &model->modules.module[id];
    *object = (struct model_object){OBJECT_IS_OWNER, (int)id};
    if (module->state == MODULE_IMPORTED) {
        return NO_FAILURE;
    }
    if (module->state == MODULE_REPLACED) {
        *object = module->replacement;
        if (object->kind == OBJECT_IS_FOREIGN && object->index == OBJECT_NONE) {
            return model->profile->python_2_messages
                       ? not_found(model, MODULE_NAMES[id])
                       : failure(EXCEPTION_MODULE_NOT_FOUND_ERROR,
                                 model_message(model,
                                               "import of % halted; None in "
                                               "sys.modules",
                                               MODULE_NAMES[id]));
        }
        return NO_FAILURE;
    }
    p->initialises |= (uint8_t)(1 << id);
    switch (module->outcome) {
    case INIT_WORKS:
        p->imports |= (uint8_t)(1 << id);
        if (model_parent_of(id) == NOTHING && runs_code(module)) {
            p->inits_inside |= (uint8_t)(1 << id);
        }
        return NO_FAILURE;
    case INIT_SILENT:
    case INIT_UNREPORTED: /* versions differ in the text */
        return failure(EXCEPTION_SYSTEM_ERROR, NULL);
    default:
        return refusal(module->outcome - INIT_COUNT);
    }
}

/* Predicts the import of a module after that of its package. */
static struct failure import_with_package(const struct model *model,
                                          unsigned id, struct prediction *p,
                                          struct model_object *object)
{
    int parent = model_parent_of(id);
    if (parent != NOTHING &&
        model->modules.module[id].state != MODULE_IMPORTED) {
        struct failure failed =
            import_module(model, (unsigned)parent, p, object);
        if (failed.failed) {
            return failed;
        }
    }
    return import_module(model, id, p, object);
}

/* Predicts the import of the first component of a path. */
static struct failure import_first(const struct model *model,
                                   struct component first, struct prediction *p,
                                   struct model_object *object)
{
    if (first.length == 0) {
        return failure(EXCEPTION_VALUE_ERROR, "Empty module name");
    }
    if (!is_readable(model, first)) {
        return failure(EXCEPTION_UNICODE_DECODE_ERROR, NULL);
    }
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        if (strlen(MODULE_NAMES[i]) == first.length &&
            memcmp(MODULE_NAMES[i], first.text, first.length) == 0) {
            return import_module(model, i, p, object);
        }
    }
    return not_found(model, text_of(first));
}

/* --- attributes ----------------------------------------------------------- */

static struct failure no_attribute(const struct model *model, const char *owner,
                                   struct component component)
{
    return failure(EXCEPTION_ATTRIBUTE_ERROR,
                   owner ? model_message(model, "% has no attribute '%'", owner,
                                         text_of(component))
                         : NULL);
}

static const char *words_for(const struct model *model,
                             const struct model_object *object)
{
    static const char *const foreign[OBJECT_COUNT] = {
        [OBJECT_NONE] = "'NoneType' object",
        [OBJECT_INT] = "'int' object",
        [OBJECT_TYPE] = "type object 'PyCapsule'",
        [OBJECT_LIST] = "'list' object",
        [OBJECT_LOOKALIKE] = NULL, /* versions differ */
    };
    static const char *const modules[] = {
#define MODULE(ident, name) "module '" name "'",
#include "fuzz/program/modules.def"
#undef MODULE
    };
    switch (object->kind) {
    case OBJECT_IS_FOREIGN:
        return foreign[object->index];
    case OBJECT_IS_OWNER:
        return model->profile->python_2_messages ? "'module' object"
               : object->index < MODULE_COUNT    ? modules[object->index]
                                                 : "module 'space'";
    default:
        return "'PyCapsule' object";
    }
}

static unsigned hook_rule(const struct model_object *answer)
{
    return answer->kind == OBJECT_IS_RAISED ? RULE_IMP_7 : RULE_IMP_3;
}

/* Replaces the object by its attribute. */
static struct failure look_up(const struct model *model,
                              struct component component, struct prediction *p,
                              struct model_object *object, uint16_t *rule)
{
    if (!is_readable(model, component)) {
        return failure(EXCEPTION_UNICODE_DECODE_ERROR, NULL);
    }
    if (object->kind == OBJECT_IS_OWNER) {
        unsigned owner = (unsigned)object->index;
        const struct model_attribute *found =
            model_attribute_of(model, owner, component.text, component.length);
        const struct model_attribute *hook =
            model_attribute_of(model, owner, NULL, 0);
        if (found) {
            *object = found->value;
            return NO_FAILURE;
        }
        if (hook) {
            if (owner < MODULE_COUNT &&
                runs_code(&model->modules.module[owner])) {
                p->lookups_inside |= (uint8_t)(1 << owner);
            }
            *object = hook->value;
            *rule = (uint16_t)hook_rule(&hook->value);
            return hook->value.kind == OBJECT_IS_RAISED
                       ? refusal((enum exception_type)hook->value.index)
                       : NO_FAILURE;
        }
    } else if (object->kind == OBJECT_IS_FOREIGN &&
               object->index == OBJECT_INT && component.length == 4 &&
               memcmp(component.text, "real", 4) == 0) {
        return NO_FAILURE; /* the attribute `real` of an int is an int */
    }
    return no_attribute(model, words_for(model, object), component);
}

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
                        text_of(first)));
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
    struct failure failed = import_first(model, component, p, &object);

    if (failed.failed) {
        refuse_first(model, component, no_block, failed, p);
        return;
    }
    for (unsigned n = 1; rest; n++) {
        struct model_object owner = object;
        uint16_t hooked = 0;
        component = next_component(&rest);
        failed = look_up(model, component, p, &object, &hooked);
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
        import_with_package(model, args[0].index, p, &object);

    if (!failed.failed) {
        failed =
            look_up(model, (struct component){attribute, strlen(attribute)}, p,
                    &object, &hooked);
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
        failed = import_with_package(model, args[0].index, p, &object);
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
