/* Decides which calls about modules a caller may make. */
#include <string.h>

#include "fuzz/model/callers.h"
#include "fuzz/model/imports.h"

static const char *text_of(const struct model_arg *arg)
{
    return (const char *)arg->value.address;
}

/* True for names that the interpreter itself uses. */
static bool is_special(const char *name)
{
    return name[0] == '_' && name[1] == '_';
}

/* True if the object may become an attribute of the owner. A capsule must be
 * owned by the program. A namespace may contain itself; it must not lead back
 * to the owner through another one. */
static bool may_be_kept(const struct model *model, const struct model_arg *arg,
                        unsigned owner)
{
    switch (arg->tag) {
    case VALUE_CAPSULE:
        return arg->capsule != NOTHING &&
               model->capsule[arg->capsule].life == LIFE_ALIVE;
    case VALUE_SPACE:
        return owner < MODULE_COUNT || model_owner_of(arg) >= owner;
    default:
        return true;
    }
}

static bool permits_attribute(const struct model *model,
                              const struct model_arg *args)
{
    unsigned owner = model_owner_of(&args[0]);
    bool replaced = owner < MODULE_COUNT &&
                    model->modules.module[owner].state == MODULE_REPLACED;
    return !replaced && !is_special(text_of(&args[1])) &&
           model_is_utf8(text_of(&args[1]), strlen(text_of(&args[1]))) &&
           model->modules.attribute_count < MAX_ATTRIBUTES - MODULE_COUNT &&
           may_be_kept(model, &args[2], owner) &&
           (args[2].tag != VALUE_NULL ||
            model_attribute_of(model, owner, text_of(&args[1]),
                               strlen(text_of(&args[1]))));
}

/* PyModule_AddObject() needs a real module: attributes that a module will get
 * at its next import do not count. */
static bool permits_add_object(const struct model *model,
                               const struct model_arg *args)
{
    if (args[2].capsule == NOTHING ||
        model->capsule[args[2].capsule].life != LIFE_ALIVE) {
        return false;
    }
    return args[0].tag == VALUE_OBJECT ||
           (permits_attribute(model, args) &&
            (args[0].tag == VALUE_SPACE ||
             model->modules.module[args[0].index].state == MODULE_IMPORTED));
}

/* A `__getattr__` cannot answer with an int: the model uses the int to mark a
 * hook that creates a capsule at each call. */
static bool permits_answer(const struct model *model,
                           const struct model_arg *args)
{
    unsigned module = args[0].index;
    bool hooked = model_attribute_of(model, module, NULL, 0) != NULL;
    return model->modules.module[module].state != MODULE_REPLACED &&
           model->modules.attribute_count < MAX_ATTRIBUTES - MODULE_COUNT &&
           !(args[1].tag == VALUE_OBJECT && args[1].index == OBJECT_INT) &&
           (args[1].tag == VALUE_NULL ? hooked
                                      : may_be_kept(model, &args[1], module));
}

/* True if the module may be imported: the module and its package are not
 * replaced in sys.modules, and the submodule does not replace a capsule that is
 * an attribute of the package. That capsule's destructor would run in the
 * middle of the import. */
static bool permits_import_of(const struct model *model, unsigned module)
{
    int parent = model_parent_of(module);
    unsigned state = model->modules.module[module].state;
    if (parent == NOTHING || state == MODULE_IMPORTED) {
        return state != MODULE_REPLACED;
    }
    const char *name = strrchr(MODULE_NAMES[module], '.') + 1;
    const struct model_attribute *taken =
        model_attribute_of(model, (unsigned)parent, name, strlen(name));
    return model->modules.module[parent].state != MODULE_REPLACED &&
           (taken == NULL || taken->value.kind != OBJECT_IS_CAPSULE);
}

static bool permits_replacement(const struct model *model,
                                const struct model_arg *args)
{
    unsigned module = args[0].index;
    return model->modules.module[module].state == MODULE_ABSENT &&
           model_parent_of(module) == NOTHING &&
           may_be_kept(model, &args[1], module);
}

/* False if a component of the path is a name that the interpreter uses, or a
 * method of some object. */
static bool permits_path(const char *path)
{
    /* Attribute names that int, list or the capsule type have in some Python
     * version, except `real`, which is itself an int. */
    static const char *const METHODS[] = {
        "append",      "as_integer_ratio",
        "bit_count",   "bit_length",
        "clear",       "conjugate",
        "copy",        "count",
        "denominator", "extend",
        "from_bytes",  "imag",
        "index",       "insert",
        "is_integer",  "mro",
        "numerator",   "pop",
        "remove",      "reverse",
        "sort",        "to_bytes",
    };
    for (; path; path = strchr(path, '.')) {
        path += *path == '.';
        size_t length = strcspn(path, ".");
        if (is_special(path)) {
            return false;
        }
        for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++) {
            if (strlen(METHODS[i]) == length &&
                memcmp(METHODS[i], path, length) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* True if the path leads to None in sys.modules. Python 2.7 finds that None
 * with `no_block`. */
static bool finds_none(const struct model *model, const char *path)
{
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        const struct model_module *module = &model->modules.module[i];
        size_t length = strlen(MODULE_NAMES[i]);
        if (module->state == MODULE_REPLACED &&
            module->replacement.kind == OBJECT_IS_FOREIGN &&
            module->replacement.index == OBJECT_NONE &&
            strncmp(path, MODULE_NAMES[i], length) == 0) {
            return model->profile->python_2_messages;
        }
    }
    return false;
}

/* True if destructors and code of modules may import: no attribute is being set
 * or removed, and further destructors may nest. */
static bool may_import_inside(const struct model *model)
{
    return !model->modules.changing && has_room_for_destructors(model);
}

/* True if the texts that the call reads outlive the code that runs inside the
 * call: a destructor may free a name of the program. */
static bool outlives_code_inside(const struct model_arg *text,
                                 const struct prediction *prediction)
{
    return text->tag != VALUE_BUFFER ||
           !(prediction->inits_inside || prediction->lookups_inside);
}

static bool permits_program_inside(const struct model_arg *behaviour)
{
    return behaviour->tag == VALUE_NULL ||
           (behaviour_may_be_installed(behaviour->index) &&
            behaviour_runs_alone(behaviour->index));
}

bool model_permits_modules(const struct model *model, const struct call *call,
                           const struct model_arg *args,
                           const struct prediction *prediction)
{
    if (!model_knows_modules(model) || model->error.set ||
        (in_destructor(model) &&
         !(call->op == CALL_IMPORT && may_import_inside(model)))) {
        return false;
    }
    switch (call->op) {
    case CALL_RUN_INSIDE:
        return permits_program_inside(&args[1]);
    case CALL_PUBLISH:
        return permits_attribute(model, args);
    case CALL_ADD_OBJECT:
        return permits_add_object(model, args);
    case CALL_ANSWER:
        return permits_answer(model, args);
    case CALL_REPLACE_MODULE:
        return permits_replacement(model, args);
    case CALL_FORGET:
        return model_has_to_forget(model, model_owner_of(&args[0]));
    case CALL_IMPORT_MODULE:
        return permits_import_of(model, args[0].index);
    case CALL_CONSUME:
        return permits_import_of(model, args[0].index) &&
               permits_path(text_of(&args[1])) &&
               strchr(text_of(&args[1]), '.') == NULL &&
               outlives_code_inside(&args[2], prediction);
    case CALL_IMPORT:
        return args[0].value.address &&
               !model_is_long_name(text_of(&args[0])) &&
               permits_path(text_of(&args[0])) &&
               outlives_code_inside(&args[0], prediction) &&
               !(args[1].number && finds_none(model, text_of(&args[0])));
    default:
        return true;
    }
}
