/* Combines two programs into one. */
#include <string.h>

#include "fuzz/mutator/mutator.h"

/* A crossover in progress: collects calls of `program` and of `other`. */
struct crossing {
    struct random *random;
    struct program *program;
    const struct program *other;
    unsigned rename; /* added to the slot numbers of `other` */
    unsigned count;  /* the number of entries in `calls` */
    struct call calls[MAX_CALLS];
};

typedef void crossover(struct crossing *crossing);

static unsigned smaller(unsigned a, unsigned b) { return a < b ? a : b; }

static void take_own(struct crossing *c, unsigned from, unsigned count)
{
    count = smaller(count, MAX_CALLS - c->count);
    memcpy(&c->calls[c->count], &c->program->calls[from],
           count * sizeof c->calls[0]);
    c->count += count;
}

static void adopt_value(struct crossing *c, struct value *value)
{
    switch (value->tag) {
    case VALUE_TEXT:
        if (!program_set_text(c->program, value, program_text(c->other, value),
                              value->number)) {
            *value = (struct value){.tag = VALUE_TEXT};
        }
        break;
    case VALUE_CAPSULE:
    case VALUE_PAYLOAD:
    case VALUE_BUFFER:
        value->index = (uint8_t)((value->index + c->rename) % SLOTS);
        break;
    default:
        break;
    }
}

static void take_other(struct crossing *c, unsigned from, unsigned count)
{
    count = smaller(count, MAX_CALLS - c->count);
    for (unsigned i = 0; i < count; i++) {
        struct call *call = &c->calls[c->count++];
        *call = c->other->calls[from + i];
        if (yields_result(CALLS[call->op].yields)) {
            call->result = (uint8_t)((call->result + c->rename) % SLOTS);
        }
        for (unsigned j = 0; j < CALLS[call->op].arg_count; j++) {
            adopt_value(c, &call->args[j]);
        }
    }
}

/* Takes the beginning of `program` and the end of `other`. */
static void cross_tail(struct crossing *c)
{
    unsigned from = random_below(c->random, c->other->call_count);
    take_own(c, 0, random_below(c->random, c->program->call_count + 1));
    take_other(c, from, c->other->call_count - from);
}

/* Inserts a part of `other` into `program`. */
static void cross_insert(struct crossing *c)
{
    unsigned own = c->program->call_count;
    unsigned at = random_below(c->random, own + 1);
    unsigned from = random_below(c->random, c->other->call_count);
    unsigned count = 1 + random_below(c->random, c->other->call_count - from);

    take_own(c, 0, at);
    take_other(c, from, count);
    take_own(c, at, own - at);
}

/* Takes short runs of calls from both programs in turn. */
static void cross_interleave(struct crossing *c)
{
    enum { MOST = 4 };
    unsigned own = 0, other = 0;

    while (c->count < MAX_CALLS &&
           (own < c->program->call_count || other < c->other->call_count)) {
        unsigned count = 1 + random_below(c->random, MOST);
        count = smaller(count, c->program->call_count - own);
        take_own(c, own, count);
        own += count;
        count = 1 + random_below(c->random, MOST);
        count = smaller(count, c->other->call_count - other);
        take_other(c, other, count);
        other += count;
    }
}

void mutator_cross(const struct mutator *mutator, struct random *random,
                   struct program *program, const struct program *other)
{
    static crossover *const CROSSOVERS[] = {
        [CROSS_TAIL] = cross_tail,
        [CROSS_INSERT] = cross_insert,
        [CROSS_INTERLEAVE] = cross_interleave,
    };
    const struct weights *w = mutator->weights;
    struct crossing c;

    if (other->call_count == 0) {
        return;
    }
    c.random = random;
    c.program = program;
    c.other = other;
    c.rename = random_chance(random, w->rename_slots_percent)
                   ? 1 + random_below(random, SLOTS - 1)
                   : 0;
    c.count = 0;
    CROSSOVERS[lottery_draw(&mutator->crossovers, random)](&c);
    memcpy(program->calls, c.calls, c.count * sizeof c.calls[0]);
    program->call_count = c.count;
}
