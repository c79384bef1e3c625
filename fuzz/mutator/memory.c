/* Payloads and names: tracks them in the forecast and chooses arguments. */
#include "fuzz/mutator/family.h"

#include <string.h>

/* Copies a literal into the forecast, where calls of edit() change the copy. If
 * there is no room, the forecast ignores later edits of this name. */
static uintptr_t copy_name(struct forecast *f, const struct model_arg *literal)
{
    uint32_t size = literal->number + 1u;

    if (size > sizeof f->text - f->text_size) {
        return literal->value.address;
    }
    char *copy = f->text + f->text_size;
    memcpy(copy, (const char *)literal->value.address, size);
    f->text_size += size;
    return (uintptr_t)copy;
}

/* Returns a name of that length: the end of one long text, which all long names
 * share. The forecast ignores edits of long names. */
static uintptr_t long_name(unsigned length)
{
    static char text[100001];
    if (text[0] == '\0') {
        memset(text, 'a', sizeof text - 1);
    }
    return (uintptr_t)&text[sizeof text - 1 - length];
}

static void edit_name(struct forecast *f, const struct model_arg *args)
{
    uintptr_t at = args[0].value.address - (uintptr_t)f->text;
    if (at < sizeof f->text) {
        f->text[at + args[1].number] = (char)args[2].number;
    }
}

static uintptr_t perform(struct forecast *f, const struct step *step)
{
    switch ((enum call_op)step->call->op) {
    case CALL_NAME:
        return copy_name(f, &step->args[0]);
    case CALL_LONG_NAME:
        return long_name(step->args[0].number);
    case CALL_SET_MEMORY:
        return 0;
    case CALL_EDIT:
        edit_name(f, step->args);
        return 0;
    case CALL_FREE:
        return 0;
    default: /* CALL_PAYLOAD, CALL_REALLOC */
        return new_block_address(&f->model);
    }
}

/* Chooses a position in the text of the buffer. */
static void choose_position(struct generator *g, const struct call *call,
                            struct value *value)
{
    const struct value *buffer = &call->args[0];
    unsigned length = forecast_is_there(g->forecast, buffer)
                          ? forecast_text_of(g->forecast, buffer->index).length
                          : 0;
    set_number(value, length ? random_below(g->random, length) : 0);
}

/* Chooses a length. If the program has a long name, chooses a length close to
 * its length: an implementation then compares names that differ late. */
static void choose_length(struct generator *g, struct value *value)
{
    const struct model *model = &g->forecast->model;
    choose_count(g, value);
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        int id = model->block_slot[SLOTS + slot];
        for (unsigned i = 4; id != NOTHING && i + 1 < COUNTS_COUNT; i++) {
            if (model->block[id].size == COUNTS[i]) {
                set_index(value, VALUE_COUNT,
                          i - 1 + random_below(g->random, 3));
                return;
            }
        }
    }
}

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    if (call->op == CALL_SET_MEMORY) {
        set_number(&call->args[index], random_below(g->random, 12));
        return true;
    }
    if (call->op == CALL_LONG_NAME) {
        choose_length(g, &call->args[index]);
        return true;
    }
    if (call->op == CALL_EDIT && index == 1) {
        choose_position(g, call, &call->args[index]);
        return true;
    }
    return false;
}

/* realloc(): reuses the old block's slot if the result slot is in use, or at
 * random. */
static void complete(struct generator *g, struct call *call)
{
    if (call->op == CALL_REALLOC &&
        (g->forecast->slots[RESULT_PAYLOAD] >> call->result & 1 ||
         random_chance(g->random, 50))) {
        call->result = call->args[0].index;
    }
}

const struct mutator_family mutator_family_memory = {
    .perform = perform,
    .choose = choose,
    .complete = complete,
};
