/* Chooses the counts and lengths of bulk calls. */
#include "fuzz/mutator/family.h"

/* Programs must stay cheap: most counts are below 2^9, few are of 2^15 and
 * more. */
void choose_count(struct generator *g, struct value *value)
{
    unsigned first = 0;
    while (COUNTS[first] < 1 << 9) {
        first++;
    }
    unsigned large = first;
    while (COUNTS[large] < 1 << 15) {
        large++;
    }
    unsigned size = lottery_draw(&g->choices->count, g->random);
    unsigned least = size == COUNT_SMALL    ? 0
                     : size == COUNT_MIDDLE ? first
                                            : large;
    unsigned end = size == COUNT_SMALL    ? first
                   : size == COUNT_MIDDLE ? large
                                          : COUNTS_COUNT;
    set_index(value, VALUE_COUNT, least + random_below(g->random, end - least));
}

static bool fits(const struct forecast *f, enum call_op op,
                 struct model_arg *args)
{
    const struct model_capsule *capsule = &f->model.capsule[args[0].capsule];
    if (op == CALL_LOOK) {
        args[1].value = capsule->field[FIELD_NAME];
    }
    return forecast_permits_args(f, op, args);
}

const struct mutator_family mutator_family_bulk = {
    .fits = fits,
    .drawn_together = true, /* a count can be too large for its call */
};
