/* Predicts the import of one module and the lookup of one attribute: the steps
 * of a dotted path. */
#include "fuzz/model/lookup.h"

#include <string.h>

static const struct failure NO_FAILURE = {false, 0, NULL};

const char *model_component_text(struct component component)
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

struct failure model_import_with_package(const struct model *model, unsigned id,
                                         struct prediction *p,
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

struct failure model_import_first(const struct model *model,
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
    return not_found(model, model_component_text(first));
}

/* --- attributes ----------------------------------------------------------- */

static struct failure no_attribute(const struct model *model, const char *owner,
                                   struct component component)
{
    return failure(EXCEPTION_ATTRIBUTE_ERROR,
                   owner ? model_message(model, "% has no attribute '%'", owner,
                                         model_component_text(component))
                         : NULL);
}

/* Returns the words for an object in the message about an attribute that the
 * object lacks; NULL if versions differ in the message. */
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
        if (model->profile->python_2_messages) {
            return "'module' object";
        }
        if (object->index >= MODULE_COUNT) {
            return "module 'space'";
        }
        /* Since 3.8, CPython says that the module is partially initialized. */
        return model->modules.module[object->index].runs_inside
                   ? NULL
                   : modules[object->index];
    default:
        return "'PyCapsule' object";
    }
}

static unsigned hook_rule(const struct model_object *answer)
{
    return answer->kind == OBJECT_IS_RAISED ? RULE_IMP_7 : RULE_IMP_3;
}

struct failure model_look_up(const struct model *model,
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
