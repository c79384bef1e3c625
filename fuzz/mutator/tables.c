/* Numbers for tables and their consumers: of one age, of nearly one, of any. */
#include "fuzz/mutator/generate.h"

/* Mostly the one that the consumer knows from the start. */
static unsigned choose_version(struct random *random)
{
    static const uint16_t OTHERS[] = {0, 2, 0xffff, 0x101, 0x8000, 0x7fff};

    if (random_chance(random, 70)) {
        return CONSUMER_VERSION;
    }
    unsigned n = random_below(random, 8);
    return n < 6 ? OTHERS[n] : random_below(random, 0x10000);
}

/* A head and some entries; a byte more or less; or no table at all. */
static unsigned choose_extent(struct random *random)
{
    static const uint16_t ODD_ONES[] = {0, 1, sizeof(int), UINT16_MAX};
    unsigned whole =
        TABLE_HEAD + TABLE_ENTRY * random_below(random, TABLE_ENTRIES + 1);

    if (random_chance(random, 15)) {
        return ODD_ONES[random_below(random, 4)];
    }
    return random_chance(random, 75) ? whole
                                     : whole - 1 + 2 * random_below(random, 2);
}

/* The bytes behind a table: those that it claims, or others. */
static unsigned choose_bytes(struct random *random, unsigned claimed)
{
    if (claimed <= TABLE_LONGEST && random_chance(random, 80)) {
        return claimed;
    }
    unsigned bytes = choose_extent(random);
    return bytes <= TABLE_LONGEST ? bytes : TABLE_LONGEST;
}

unsigned choose_table_number(struct generator *g, const struct call *call,
                             unsigned index)
{
    if (call->op == CALL_CALL_ENTRY) {
        return index == 0 ? random_below(g->random, TABLE_ENTRIES)
                          : random_below(g->random, SUCCEEDS + 3);
    }
    switch (index) {
    case 0:
        return choose_version(g->random);
    case 1:
        return choose_extent(g->random);
    default:
        return choose_bytes(g->random, call->args[1].number);
    }
}
