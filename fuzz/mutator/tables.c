/* Chooses numbers for tables and consumers: equal versions and sizes, nearly
 * equal ones, and random ones. */
#include "fuzz/mutator/family.h"

static unsigned choose_version(struct generator *g)
{
    static const uint16_t OTHERS[] = {0, 2, 0xffff, 0x101, 0x8000, 0x7fff};
    enum { COUNT = sizeof OTHERS / sizeof *OTHERS };

    if (random_chance(g->random, g->weights->usual_version_percent)) {
        return CONSUMER_VERSION;
    }
    unsigned n = random_below(g->random, COUNT + 1);
    return n < COUNT ? OTHERS[n] : random_below(g->random, 0x10000);
}

static unsigned choose_extent(struct generator *g)
{
    static const uint16_t NO_TABLE[] = {0, 1, sizeof(int), UINT16_MAX};
    unsigned whole =
        TABLE_HEAD + TABLE_ENTRY * random_below(g->random, TABLE_ENTRIES + 1);

    if (random_chance(g->random, g->weights->whole_table_percent)) {
        return whole;
    }
    if (random_chance(g->random, g->weights->no_table_percent)) {
        return NO_TABLE[random_below(g->random, 4)];
    }
    return whole - 1 + 2 * random_below(g->random, 2);
}

/* Chooses the real number of bytes of a table: the claimed size or another. */
static unsigned choose_bytes(struct generator *g, unsigned claimed)
{
    if (claimed <= TABLE_LONGEST &&
        random_chance(g->random, g->weights->true_size_percent)) {
        return claimed;
    }
    unsigned bytes = choose_extent(g);
    return bytes <= TABLE_LONGEST ? bytes : TABLE_LONGEST;
}

static unsigned choose_number(struct generator *g, const struct call *call,
                              unsigned index)
{
    if (call->op == CALL_CALL_ENTRY) {
        return random_below(g->random,
                            index == 0 ? TABLE_ENTRIES : SUCCEEDS + 3);
    }
    switch (index) {
    case 0:
        return choose_version(g);
    case 1:
        return choose_extent(g);
    default:
        return choose_bytes(g, call->args[1].number);
    }
}

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    if (CALLS[call->op].args[index] != ARG_SIZE) {
        return false;
    }
    set_number(&call->args[index], choose_number(g, call, index));
    return true;
}

static uintptr_t perform(struct forecast *f, const struct step *step)
{
    return step->call->op == CALL_TABLE ? new_block_address(&f->model)
                                        : step->prediction.value;
}

static bool fits(const struct forecast *f, enum call_op op,
                 struct model_arg *args)
{
    args[1].value = f->model.capsule[args[0].capsule].field[FIELD_NAME];
    return forecast_permits_args(f, op, args);
}

const struct mutator_family mutator_family_tables = {
    .perform = perform,
    .fits = fits,
    .choose = choose,
};
