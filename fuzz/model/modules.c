/* Modules, their attributes, and sys.modules. */
#include <string.h>

#include "fuzz/model/model.h"

static const char HOOK[] = "__getattr__";

void model_reset_modules(struct model *model)
{
    memset(model->modules.module, 0, sizeof(model->modules.module));
    model->modules.attribute_count = 0;
}

/* --- questions ------------------------------------------------------------ */

static unsigned owner_of(const struct model_arg *arg)
{
    return arg->tag == VALUE_SPACE ? MODULE_COUNT + arg->index : arg->index;
}

static const char *text_of(const struct model_arg *arg)
{
    return (const char *)arg->value.address;
}

int model_parent_of(unsigned module)
{
    const char *dot = strrchr(MODULE_NAMES[module], '.');
    for (int i = 0; dot && i < MODULE_COUNT; i++) {
        size_t length = strlen(MODULE_NAMES[i]);
        if (length == (size_t)(dot - MODULE_NAMES[module]) &&
            memcmp(MODULE_NAMES[i], MODULE_NAMES[module], length) == 0) {
            return i;
        }
    }
    return NOTHING;
}

const struct model_attribute *model_attribute_of(const struct model *model,
                                                 unsigned owner,
                                                 const char *name,
                                                 size_t length)
{
    for (unsigned i = 0; i < model->modules.attribute_count; i++) {
        const struct model_attribute *a = &model->modules.attribute[i];
        if (a->owner == owner && a->is_hook == (name == NULL) &&
            (name == NULL ||
             (a->length == length && memcmp(a->name, name, length) == 0))) {
            return a;
        }
    }
    return NULL;
}

static bool is_foreign(const struct model_object *o, enum foreign_object object)
{
    return o->kind == OBJECT_IS_FOREIGN && o->index == (int)object;
}

int model_foreign_references(const struct model *model,
                             enum foreign_object object)
{
    int references = 0;
    for (unsigned i = 0; i < model->modules.attribute_count; i++) {
        references += is_foreign(&model->modules.attribute[i].value, object);
    }
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        const struct model_module *module = &model->modules.module[i];
        references += module->state == MODULE_REPLACED &&
                      is_foreign(&module->replacement, object);
    }
    return references;
}

int model_owner_references(const struct model *model, unsigned owner)
{
    int references = 0;
    for (unsigned i = 0; i < model->modules.attribute_count; i++) {
        const struct model_object *value = &model->modules.attribute[i].value;
        references +=
            value->kind == OBJECT_IS_OWNER && value->index == (int)owner;
    }
    return references;
}

bool model_has_to_forget(const struct model *model, unsigned owner)
{
    if (owner < MODULE_COUNT &&
        model->modules.module[owner].state != MODULE_ABSENT) {
        return true;
    }
    for (unsigned i = 0; i < model->modules.attribute_count; i++) {
        if (model->modules.attribute[i].owner == owner) {
            return true;
        }
    }
    return false;
}

/* --- what is permitted ---------------------------------------------------- */

/* A name that the interpreter itself has a use for. */
static bool is_special(const char *name)
{
    return name[0] == '_' && name[1] == '_';
}

/* The object may be an attribute: a capsule that the program owns, any other
 * object but a namespace that leads back to the owner. */
static bool may_be_kept(const struct model *model, const struct model_arg *arg,
                        unsigned owner)
{
    switch (arg->tag) {
    case VALUE_CAPSULE:
        return arg->capsule != NOTHING &&
               model->capsule[arg->capsule].life == LIFE_ALIVE;
    case VALUE_SPACE:
        return owner < MODULE_COUNT || owner_of(arg) > owner;
    default:
        return true;
    }
}

static bool permits_attribute(const struct model *model,
                              const struct model_arg *args)
{
    unsigned owner = owner_of(&args[0]);
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

/* The pending attributes of a module that is not there are nothing that
 * PyModule_AddObject could add to. */
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

/* A number is not answered with: it stands for fresh capsules where the hook is
 * kept. */
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

/* The module and its package are modules, or will be, and no capsule loses its
 * place as the package's attribute: its destructor would run amid the import.
 */
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

/* No component is one that the interpreter has a use for, nor one that some
 * object has as a method. */
static bool permits_path(const char *path)
{
    /* Of int, list and the type of capsules, in some version of Python; but
     * for `real`, which is an int too. */
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

/* In Python 2.7 with `no_block` None in sys.modules is what is found. */
static bool finds_none(const struct model *model, const char *path)
{
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        const struct model_module *module = &model->modules.module[i];
        size_t length = strlen(MODULE_NAMES[i]);
        if (module->state == MODULE_REPLACED &&
            is_foreign(&module->replacement, OBJECT_NONE) &&
            strncmp(path, MODULE_NAMES[i], length) == 0) {
            return model->profile->python_2_messages;
        }
    }
    return false;
}

bool model_permits_module_call(const struct model *model,
                               const struct call *call,
                               const struct model_arg *args)
{
    switch (call->op) {
    case CALL_PUBLISH:
        return permits_attribute(model, args);
    case CALL_ADD_OBJECT:
        return permits_add_object(model, args);
    case CALL_ANSWER:
        return permits_answer(model, args);
    case CALL_REPLACE_MODULE:
        return permits_replacement(model, args);
    case CALL_FORGET:
        return model_has_to_forget(model, owner_of(&args[0]));
    case CALL_IMPORT_MODULE:
        return permits_import_of(model, args[0].index);
    case CALL_CONSUME:
        return permits_import_of(model, args[0].index) &&
               permits_path(text_of(&args[1])) &&
               strchr(text_of(&args[1]), '.') == NULL;
    case CALL_IMPORT:
        return args[0].value.address && permits_path(text_of(&args[0])) &&
               !(args[1].number && finds_none(model, text_of(&args[0])));
    default:
        return true;
    }
}

/* --- the state afterwards ------------------------------------------------- */

static struct model_object object_of(const struct model_arg *arg, int module)
{
    switch (arg->tag) {
    case VALUE_CAPSULE:
        return (struct model_object){OBJECT_IS_CAPSULE, arg->capsule};
    case VALUE_SPACE:
        return (struct model_object){OBJECT_IS_OWNER, (int)owner_of(arg)};
    case VALUE_EXCEPTION:
        return (struct model_object){OBJECT_IS_RAISED, arg->index};
    default:
        /* The hook that is given the type of capsules makes them. */
        return module != NOTHING && arg->index == OBJECT_TYPE
                   ? (struct model_object){OBJECT_IS_FRESH, module}
                   : (struct model_object){OBJECT_IS_FOREIGN, arg->index};
    }
}

static void acquire(struct model *model, const struct model_object *object)
{
    if (object->kind == OBJECT_IS_CAPSULE) {
        model->capsule[object->index].published++;
    }
}

static void release(struct model *model, const struct model_object *object)
{
    if (object->kind == OBJECT_IS_CAPSULE) {
        model_unpublish(model, object->index);
    }
}

static void remove_attribute(struct model *model,
                             const struct model_attribute *attribute)
{
    struct model_modules *modules = &model->modules;
    struct model_object value = attribute->value;
    modules->attribute[attribute - modules->attribute] =
        modules->attribute[--modules->attribute_count];
    release(model, &value);
}

static void set_attribute(struct model *model, unsigned owner, const char *name,
                          bool is_hook, struct model_object value)
{
    size_t length = strlen(name);
    const struct model_attribute *old =
        model_attribute_of(model, owner, is_hook ? NULL : name, length);
    acquire(model, &value);
    if (old) {
        remove_attribute(model, old);
    }
    if (value.kind != OBJECT_IS_NOTHING) {
        model->modules.attribute[model->modules.attribute_count++] =
            (struct model_attribute){name, (uint16_t)length, (uint8_t)owner,
                                     is_hook, value};
    }
}

/* Removes the attributes that the owner has, and those of which it is the
 * value unless it is a namespace, which lives on. */
static void forget(struct model *model, unsigned owner)
{
    struct model_modules *modules = &model->modules;
    for (unsigned i = modules->attribute_count; i-- > 0;) {
        const struct model_attribute *a = &modules->attribute[i];
        if (i < modules->attribute_count &&
            (a->owner == owner ||
             (owner < MODULE_COUNT && a->value.kind == OBJECT_IS_OWNER &&
              a->value.index == (int)owner))) {
            remove_attribute(model, a);
        }
    }
    if (owner < MODULE_COUNT) {
        struct model_module *module = &modules->module[owner];
        for (unsigned i = 0; i < MODULE_COUNT; i++) {
            if (module->state != MODULE_ABSENT &&
                model_parent_of(i) == (int)owner) {
                forget(model, i);
            }
        }
        if (module->state == MODULE_REPLACED) {
            release(model, &module->replacement);
        }
        module->state = MODULE_ABSENT;
    }
}

void model_imported(struct model *model, uint8_t initialises, uint8_t imports)
{
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        int parent = model_parent_of(i);
        model->modules.module[i].initialised += initialises >> i & 1;
        if (!(imports >> i & 1)) {
            continue;
        }
        model->modules.module[i].state = MODULE_IMPORTED;
        if (parent != NOTHING) {
            set_attribute(model, (unsigned)parent,
                          strrchr(MODULE_NAMES[i], '.') + 1, false,
                          (struct model_object){OBJECT_IS_OWNER, (int)i});
        }
    }
}

void model_apply_module_call(struct model *model, const struct call *call,
                             const struct model_arg *args,
                             const struct prediction *p)
{
    struct model_module *module = args[0].tag == VALUE_MODULE
                                      ? &model->modules.module[args[0].index]
                                      : NULL;
    struct model_object nothing = {OBJECT_IS_NOTHING, 0};

    switch (call->op) {
    case CALL_SET_INIT:
        module->outcome = args[1].tag == VALUE_EXCEPTION
                              ? (uint8_t)(INIT_COUNT + args[1].index)
                              : args[1].index;
        break;
    case CALL_PUBLISH:
        set_attribute(model, owner_of(&args[0]), text_of(&args[1]), false,
                      args[2].tag == VALUE_NULL ? nothing
                                                : object_of(&args[2], NOTHING));
        break;
    case CALL_ANSWER:
        set_attribute(model, args[0].index, HOOK, true,
                      args[1].tag == VALUE_NULL
                          ? nothing
                          : object_of(&args[1], args[0].index));
        break;
    case CALL_REPLACE_MODULE:
        module->state = MODULE_REPLACED;
        module->replacement = object_of(&args[1], NOTHING);
        acquire(model, &module->replacement);
        break;
    case CALL_FORGET:
        forget(model, owner_of(&args[0]));
        break;
    case CALL_ADD_OBJECT:
        if (!p->fails) {
            set_attribute(model, owner_of(&args[0]), text_of(&args[1]), false,
                          object_of(&args[2], NOTHING));
            model_give_away(model, args[2].capsule);
        }
        break;
    default:
        model_imported(model, p->initialises, p->imports);
        if (!p->fails && p->found != NOTHING) {
            model->capsule[p->found].imported = true;
            model->capsule[p->found].changed = false;
        }
        break;
    }
}
