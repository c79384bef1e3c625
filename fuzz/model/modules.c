/* Modules, their attributes, and sys.modules. */
#include <string.h>

#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"
#include "fuzz/model/imports.h"
#include "fuzz/model/state.h"

static const char HOOK[] = "__getattr__";

static void reset(struct model *model)
{
    memset(model->modules.module, 0, sizeof(model->modules.module));
    model->modules.attribute_count = 0;
    model->modules.changing = false;
}

/* --- questions ------------------------------------------------------------ */

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

/* --- the state afterwards ------------------------------------------------- */

static struct model_object object_of(const struct model_arg *arg, int module)
{
    switch (arg->tag) {
    case VALUE_CAPSULE:
        return (struct model_object){OBJECT_IS_CAPSULE, arg->capsule};
    case VALUE_SPACE:
        return (struct model_object){OBJECT_IS_OWNER, (int)model_owner_of(arg)};
    case VALUE_EXCEPTION:
        return (struct model_object){OBJECT_IS_RAISED, arg->index};
    default:
        /* A `__getattr__` whose value is PyCapsule_Type creates capsules. */
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

/* Removes the owner's attributes and, if the owner is a module, the attributes
 * whose value is the owner. A namespace lives on. */
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

/* --- code that runs inside an import --------------------------------------
 */

/* Records the import of the module unless it is recorded. */
static void record_import(struct model *model, unsigned module)
{
    if (model->modules.module[module].state == MODULE_ABSENT) {
        uint8_t bit = (uint8_t)(1 << module);
        model_imported(model, bit, bit);
    }
}

int model_enter_inside(struct model *model, unsigned id)
{
    struct model_module *module = &model->modules.module[id];
    int parent = model_parent_of(id);
    if (!module->inside || module->runs_inside ||
        !has_room_for_destructors(model)) {
        return NOTHING;
    }
    if (parent != NOTHING) {
        record_import(model, (unsigned)parent);
    }
    record_import(model, id);
    module->runs_inside = true;
    model_enter_code(model);
    return module->inside - 1;
}

void model_leave_inside(struct model *model, unsigned id)
{
    model_leave_destructor(model);
    model->modules.module[id].runs_inside = false;
}

/* --- the calls ------------------------------------------------------------ */

/* True for calls that import and set no attribute. */
static bool imports(const struct call *call)
{
    return call->op == CALL_IMPORT || call->op == CALL_IMPORT_MODULE ||
           call->op == CALL_CONSUME;
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args, const struct prediction *p)
{
    struct model_module *module = args[0].tag == VALUE_MODULE
                                      ? &model->modules.module[args[0].index]
                                      : NULL;
    struct model_object nothing = {OBJECT_IS_NOTHING, 0};

    model->modules.changing |= !imports(call);
    switch (call->op) {
    case CALL_RUN_INSIDE:
        module->inside =
            args[1].tag == VALUE_NULL ? 0 : (uint8_t)(args[1].index + 1);
        break;
    case CALL_SET_INIT:
        module->outcome = args[1].tag == VALUE_EXCEPTION
                              ? (uint8_t)(INIT_COUNT + args[1].index)
                              : args[1].index;
        break;
    case CALL_PUBLISH:
        set_attribute(model, model_owner_of(&args[0]), text_of(&args[1]), false,
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
        forget(model, model_owner_of(&args[0]));
        break;
    case CALL_ADD_OBJECT:
        if (!p->fails) {
            set_attribute(model, model_owner_of(&args[0]), text_of(&args[1]),
                          false, object_of(&args[2], NOTHING));
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

/* --- the family ----------------------------------------------------------- */

static void no_memory(const struct call *call, struct prediction *p)
{
    if (call->op == CALL_IMPORT) {
        predict_no_memory(p, 0, RULE_IMP_16);
    } else {
        predict_no_memory(p, -1, RULE_API_10);
    }
}

/* Only two calls meet failed allocations; the executor suspends the failures in
 * all others. */
static unsigned allocations(const struct call *call, const struct prediction *p)
{
    enum { FAILURE = 8, INITIALISATION = 13 };
    unsigned usual = CALLS[call->op].allocations;
    if (call->op != CALL_IMPORT) {
        return usual;
    }
    return usual + (p->fails ? FAILURE : 0) +
           (p->initialises ? INITIALISATION : 0);
}

static void finish(struct model *model, const struct call *call)
{
    if (!model->profile->deferred_destruction) {
        model_collected(model);
    }
    model->modules.changing &= imports(call);
}

const struct model_family model_family_modules = {
    .reset = reset,
    .predict = model_predict_modules,
    .permits = model_permits_modules,
    .no_memory = no_memory,
    .allocations = allocations,
    .apply = apply,
    .finish = finish,
};
