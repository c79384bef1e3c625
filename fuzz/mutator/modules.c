/* Calls about modules: imports, attributes and what an import runs. */
#include <string.h>

#include "fuzz/mutator/family.h"
#include "fuzz/mutator/paths.h"

/* --- questions ------------------------------------------------------------ */

static bool may_replace(const struct forecast *f)
{
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        if (f->model.modules.module[i].state == MODULE_ABSENT &&
            model_parent_of(i) == NOTHING) {
            return true;
        }
    }
    return false;
}

static bool may_forget(const struct forecast *f)
{
    unsigned owner = 0;
    while (owner < OWNERS && !model_has_to_forget(&f->model, owner)) {
        owner++;
    }
    return owner < OWNERS;
}

static bool wants(const struct forecast *f, enum call_op op)
{
    if (f->model.error.set || !model_knows_modules(&f->model)) {
        return false;
    }
    switch (op) {
    case CALL_REPLACE_MODULE:
        return may_replace(f);
    case CALL_FORGET:
        return may_forget(f);
    case CALL_ADD_OBJECT:
        return f->slots[RESULT_CAPSULE];
    default:
        return true;
    }
}

/* --- arguments ------------------------------------------------------------ */

static unsigned owner_of(const struct value *value)
{
    return value->tag == VALUE_SPACE ? MODULE_COUNT + value->index
                                     : value->index;
}

/* True if the name is `owner`.`attribute`. Sets *attribute to the start of the
 * attribute. */
static bool is_below(const struct forecast *f, unsigned owner,
                     struct characters name, const char **attribute)
{
    struct path path = {.length = 0};
    path_add_owner(f, owner, &path);
    path_add(&path, ".", 1);
    *attribute = name.bytes ? name.bytes + path.length : NULL;
    return name.bytes && name.length >= path.length &&
           memcmp(name.bytes, path.text, path.length) == 0 &&
           strchr(*attribute, '.') == NULL;
}

/* Returns a mask of the capsules whose name is `owner`.`attribute`; `attribute`
 * NULL: any attribute of the owner. */
static unsigned capsules_named_below(const struct forecast *f, unsigned owner,
                                     const char *attribute)
{
    unsigned fitting = 0;
    for (unsigned left = f->slots[RESULT_CAPSULE]; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctz(left);
        const char *own;
        struct characters name =
            forecast_name_of(&f->model.capsule[f->model.capsule_slot[slot]]);
        if (is_below(f, owner, name, &own) &&
            (attribute == NULL || strcmp(own, attribute) == 0)) {
            fitting |= 1u << slot;
        }
    }
    return fitting;
}

/* Chooses an attribute: one from a capsule's name, an existing one, or a random
 * word. */
static void choose_attribute(struct generator *g, const struct call *call,
                             struct value *value)
{
    const struct forecast *f = g->forecast;
    unsigned owner = owner_of(&call->args[0]);
    unsigned matching = call->args[0].tag == VALUE_OBJECT
                            ? 0
                            : capsules_named_below(f, owner, NULL);
    const struct model_modules *modules = &f->model.modules;
    struct path path = {.length = 0};

    path.text[0] = '\0';
    if (matching && random_chance(g->random, 80)) {
        unsigned slot = random_bit(g->random, matching);
        const char *attribute;
        is_below(
            f, owner,
            forecast_name_of(&f->model.capsule[f->model.capsule_slot[slot]]),
            &attribute);
        path_add(&path, attribute, strlen(attribute));
    } else if (modules->attribute_count && random_chance(g->random, 30)) {
        const struct model_attribute *a =
            &modules
                 ->attribute[random_below(g->random, modules->attribute_count)];
        if (!a->is_hook) {
            path_add(&path, a->name, a->length);
        }
    } else {
        const char *word = path_word(g);
        path_add(&path, word, strlen(word));
    }
    path_store(g, &path, value);
}

/* Chooses a value: mostly a capsule, preferably one whose name leads to the
 * attribute; else another object, a namespace, NULL or an exception, as far as
 * the argument kind allows. */
static void choose_value(struct generator *g, const struct call *call,
                         unsigned index, struct value *value)
{
    enum arg_kind kind = CALLS[call->op].args[index];
    unsigned live = g->forecast->slots[RESULT_CAPSULE];
    unsigned matching =
        index == 2 && call->args[0].tag != VALUE_OBJECT
            ? capsules_named_below(g->forecast, owner_of(&call->args[0]),
                                   program_text(g->program, &call->args[1]))
            : 0;
    unsigned choice = random_below(g->random, 100);

    if (kind == ARG_CAPSULE || (live && choice < (matching ? 90u : 60u))) {
        matching = matching && random_chance(g->random, 90) ? matching : live;
        set_index(value, VALUE_CAPSULE,
                  matching ? random_bit(g->random, matching) : 0);
    } else if (g->target->deep_paths && kind == ARG_ATTRIBUTE &&
               call->args[0].tag == VALUE_SPACE &&
               random_chance(g->random, 50)) {
        *value = call->args[0];
    } else if (kind == ARG_ATTRIBUTE && choice < 85) {
        set_index(value, VALUE_SPACE, random_below(g->random, SPACES));
    } else if (kind == ARG_ANSWER && choice < 85) {
        set_index(value, VALUE_EXCEPTION,
                  random_below(g->random, EXCEPTION_RAISABLE_COUNT));
    } else if (kind != ARG_ENTRY && choice < 90) {
        set_index(value, VALUE_NULL, 0);
    } else {
        set_index(value, VALUE_OBJECT,
                  kind == ARG_ANSWER && random_chance(g->random, 60)
                      ? OBJECT_TYPE
                      : random_below(g->random, OBJECT_COUNT));
    }
}

static void set_owner(struct value *value, unsigned owner)
{
    if (owner < MODULE_COUNT) {
        set_index(value, VALUE_MODULE, owner);
    } else {
        set_index(value, VALUE_SPACE, owner - MODULE_COUNT);
    }
}

/* Chooses a module or namespace that some capsule's name leads to. Returns
 * false if there is none. */
static bool choose_owner_for_capsules(struct generator *g, struct value *value)
{
    unsigned owners = 0;
    for (unsigned i = 0; i < OWNERS; i++) {
        owners |= (unsigned)(capsules_named_below(g->forecast, i, NULL) != 0)
                  << i;
    }
    if (owners) {
        set_owner(value, random_bit(g->random, owners));
    }
    return owners;
}

static void choose_owner(struct generator *g, const struct call *call,
                         struct value *value)
{
    enum arg_kind kind = CALLS[call->op].args[0];
    unsigned choice = random_below(g->random, 100);

    if ((call->op == CALL_PUBLISH || call->op == CALL_ADD_OBJECT) &&
        choice >= 25 && choose_owner_for_capsules(g, value)) {
        return;
    }
    if (kind == ARG_TARGET && choice < 10) {
        set_index(value, VALUE_OBJECT, random_below(g->random, OBJECT_COUNT));
    } else if (kind != ARG_MODULE && choice < 35) {
        set_index(value, VALUE_SPACE, random_below(g->random, SPACES));
    } else {
        set_index(value, VALUE_MODULE, random_below(g->random, MODULE_COUNT));
    }
}

static void choose_init(struct generator *g, struct value *value)
{
    if (random_chance(g->random, 65)) {
        set_index(value, VALUE_INIT,
                  random_chance(g->random, 75)
                      ? INIT_WORKS
                      : random_below(g->random, INIT_COUNT));
    } else {
        set_index(value, VALUE_EXCEPTION,
                  random_below(g->random, EXCEPTION_RAISABLE_COUNT));
    }
}

/* Chooses a destructor whose program needs no `self`; NULL if the swarm has
 * none. */
static void choose_program(struct generator *g, struct value *value)
{
    uint8_t fitting[DESTRUCTOR_COUNT];
    unsigned count = 0;
    for (unsigned i = 0; i < g->swarm->behaviour_count; i++) {
        if (behaviour_runs_alone(g->swarm->behaviours[i])) {
            fitting[count++] = g->swarm->behaviours[i];
        }
    }
    set_index(value, VALUE_NULL, 0);
    if (count > 0) {
        set_index(value, VALUE_DESTRUCTOR,
                  fitting[random_below(g->random, count)]);
    }
}

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    struct value *value = &call->args[index];

    switch (CALLS[call->op].args[index]) {
    case ARG_MODULE:
    case ARG_OWNER:
    case ARG_TARGET:
        choose_owner(g, call, value);
        return true;
    case ARG_INIT:
        choose_init(g, value);
        return true;
    case ARG_ATTRIBUTE:
    case ARG_ANSWER:
    case ARG_ENTRY:
    case ARG_CAPSULE:
        choose_value(g, call, index, value);
        return true;
    case ARG_TEXT:
        choose_attribute(g, call, value);
        return true;
    case ARG_DESTRUCTOR:
        choose_program(g, value);
        return true;
    case ARG_NAME:
        path_choose(g, value);
        return true;
    case ARG_SIZE: /* no_block */
        *value = (struct value){.tag = VALUE_NUMBER,
                                .number = random_chance(g->random, 30)};
        return true;
    default:
        return false;
    }
}

/* True unless the call puts a namespace into itself, which only some targets
 * want. */
static bool suits(const struct generator *g, const struct call *call)
{
    bool makes_cycle = call->op == CALL_PUBLISH &&
                       call->args[0].tag == VALUE_SPACE &&
                       call->args[2].tag == VALUE_SPACE &&
                       call->args[0].index == call->args[2].index;
    return g->target->deep_paths || !makes_cycle;
}

/* --- the forecast --------------------------------------------------------- */

/* The forecast sets the state after the call first: what runs inside the call
 * rarely changes it. */
static uintptr_t perform(struct forecast *f, const struct step *step)
{
    const struct prediction *p = &step->prediction;
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        if (p->inits_inside >> i & 1) {
            forecast_run_inside(f, i);
        }
    }
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        if (p->lookups_inside >> i & 1) {
            forecast_run_inside(f, i);
        }
    }
    return p->value;
}

const struct mutator_family mutator_family_modules = {
    .perform = perform,
    .wants = wants,
    .choose = choose,
    .suits = suits,
    .drawn_together = true,
};
