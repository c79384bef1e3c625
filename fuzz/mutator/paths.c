/* Dotted paths that lead to an object, and paths that nearly do. */
#include "fuzz/mutator/paths.h"
#include "fuzz/mutator/family.h"

#include <string.h>

/* Attribute names. The other components of paths are names of modules. */
static const char *const WORDS[] = {"cap", "sub", "x", "ns", "", "fresh"};
static const char *const ODD_WORDS[] = {
    "demo", "pack", "nosuch", "real", "capp", "Cap", "\xff", "\xc3\xa9", "a b",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void path_add(struct path *path, const char *text, size_t length)
{
    if (path->length + length < sizeof path->text) {
        memcpy(path->text + path->length, text, length);
        path->length += length;
    }
    path->text[path->length] = '\0';
}

const char *path_word(struct generator *g)
{
    if (random_chance(g->random, 85)) {
        return WORDS[random_below(g->random, COUNT(WORDS))];
    }
    return ODD_WORDS[random_below(g->random, COUNT(ODD_WORDS))];
}

static void path_add_component(struct path *path, const char *text,
                               size_t length)
{
    path_add(path, ".", 1);
    path_add(path, text, length);
}

void path_add_owner(const struct forecast *f, unsigned owner, struct path *path)
{
    if (owner < MODULE_COUNT) {
        path_add(path, MODULE_NAMES[owner], strlen(MODULE_NAMES[owner]));
        return;
    }
    for (unsigned i = 0; i < f->model.modules.attribute_count; i++) {
        const struct model_attribute *a = &f->model.modules.attribute[i];
        if (a->value.kind == OBJECT_IS_OWNER && !a->is_hook &&
            a->value.index == (int)owner && a->owner != owner) {
            path_add_owner(f, a->owner, path);
            path_add_component(path, a->name, a->length);
            return;
        }
    }
    path_add(path, "demo.ns", 7);
}

void path_store(struct generator *g, const struct path *path,
                struct value *value)
{
    size_t length = path->length < g->target->longest_name
                        ? path->length
                        : g->target->longest_name;
    if (!program_set_text(g->program, value, path->text, length)) {
        *value = (struct value){.tag = VALUE_TEXT};
    }
}

/* Builds the path of an existing attribute. Returns false if there is none. */
static bool existing_path(struct generator *g, struct path *path)
{
    const struct model_modules *modules = &g->forecast->model.modules;
    if (modules->attribute_count == 0) {
        return false;
    }
    const struct model_attribute *a =
        &modules->attribute[random_below(g->random, modules->attribute_count)];
    path_add_owner(g->forecast, a->owner, path);
    if (a->is_hook) {
        path_add_component(path, "fresh", 5);
    } else {
        path_add_component(path, a->name, a->length);
    }
    return true;
}

/* Returns an attribute of a namespace whose value is the namespace itself, or
 * NULL. */
static const struct model_attribute *way_back(const struct forecast *f)
{
    for (unsigned i = 0; i < f->model.modules.attribute_count; i++) {
        const struct model_attribute *a = &f->model.modules.attribute[i];
        if (a->value.kind == OBJECT_IS_OWNER && !a->is_hook &&
            a->value.index == (int)a->owner) {
            return a;
        }
    }
    return NULL;
}

/* Builds a path that goes through one namespace many times. Returns false if no
 * namespace contains itself. */
static bool deep_path(struct generator *g, struct path *path)
{
    const struct model_attribute *back = way_back(g->forecast);
    if (back == NULL) {
        return false;
    }
    path_add_owner(g->forecast, back->owner, path);
    unsigned rounds = random_chance(g->random, 60) ? 12 : 150;
    for (unsigned n = random_below(g->random, rounds); n > 0; n--) {
        path_add_component(path, back->name, back->length);
    }
    const char *word = path_word(g);
    path_add_component(path, word, strlen(word));
    return true;
}

/* Copies the name of an existing capsule, published or not. Returns false if
 * there is none. */
static bool existing_name(struct generator *g, struct path *path)
{
    const struct model *model = &g->forecast->model;
    if (model->alive_count == 0) {
        return false;
    }
    struct characters name =
        forecast_name_of(&model->capsule[model->alive[random_below(
            g->random, model->alive_count)]]);
    if (name.bytes) {
        path_add(path, name.bytes, name.length);
    }
    return name.bytes;
}

static void any_path(struct generator *g, struct path *path)
{
    unsigned components = random_below(g->random, 4);

    if (random_chance(g->random, 85)) {
        const char *module =
            MODULE_NAMES[random_below(g->random, MODULE_COUNT)];
        path_add(path, module, strlen(module));
    } else {
        const char *word = path_word(g);
        path_add(path, word, strlen(word));
    }
    for (unsigned i = 0; i < components; i++) {
        const char *word = path_word(g);
        path_add_component(path, word, strlen(word));
    }
}

void path_choose(struct generator *g, struct value *value)
{
    struct path path = {.length = 0};
    unsigned buffers = g->forecast->slots[RESULT_BUFFER];
    unsigned choice = random_below(g->random, 100);

    if (choice < 5 && buffers) {
        *value =
            (struct value){.tag = VALUE_BUFFER,
                           .index = (uint8_t)random_bit(g->random, buffers)};
        return;
    }
    path.text[0] = '\0';
    if (!(g->target->deep_paths && random_chance(g->random, 30) &&
          deep_path(g, &path)) &&
        !(choice < 60 && existing_path(g, &path)) &&
        !(choice < 75 && existing_name(g, &path))) {
        any_path(g, &path);
    }
    path_store(g, &path, value);
    if (random_chance(g->random, g->target->near_miss_percent)) {
        struct characters text = {program_text(g->program, value),
                                  value->number};
        make_near_miss(g, text, value);
    }
    if (value->tag == VALUE_NULL) {
        *value = (struct value){.tag = VALUE_TEXT};
    }
}

bool choose_published_name(struct generator *g, struct value *value)
{
    enum { WITHOUT_ATTRIBUTE_PERCENT = 10 };
    struct path path = {.length = 0};
    unsigned imports = g->target->calls[CALL_IMPORT];

    /* The chance grows with the weight of PyCapsule_Import in the target. */
    if (!imports ||
        random_below(g->random, imports + 2u * g->target->calls[CALL_NEW]) >=
            imports) {
        return false;
    }
    path_add_owner(g->forecast, random_below(g->random, OWNERS), &path);
    if (!random_chance(g->random, WITHOUT_ATTRIBUTE_PERCENT)) {
        const char *word = path_word(g);
        path_add_component(&path, word, strlen(word));
    }
    path_store(g, &path, value);
    return true;
}
