/* Chooses mutations by weight and applies them; see mutator.h. */
#include "fuzz/mutator/mutator.h"

#include "fuzz/mutator/editor.h"

struct mutation_kind {
    const char *name;
    size_t weight; /* offset in struct weights */
    mutation *apply;
};

#define MUTATION(kind) {#kind, offsetof(struct weights, kind), mutate_##kind}

static const struct mutation_kind MUTATIONS[] = {
    MUTATION(insert),    MUTATION(remove), MUTATION(replace),
    MUTATION(duplicate), MUTATION(swap),   MUTATION(move),
    MUTATION(splice),    MUTATION(repeat), MUTATION(change_argument),
    MUTATION(edit_name), MUTATION(chain),
};

enum { KINDS = sizeof MUTATIONS / sizeof MUTATIONS[0], MOST_EDITS = 8 };

const unsigned MUTATION_COUNT = KINDS;

const char *mutation_name(unsigned index) { return MUTATIONS[index].name; }

void mutator_init(struct mutator *mutator, const struct target *target,
                  const struct weights *weights)
{
    mutator->target = target;
    mutator->weights = weights;
    choices_init(&mutator->choices, weights);
    mutator->mutations.count = 0;
    for (unsigned i = 0; i < KINDS; i++) {
        lottery_add(&mutator->mutations, (uint8_t)i,
                    *((const uint8_t *)weights + MUTATIONS[i].weight));
    }
    mutator->crossovers.count = 0;
    lottery_add(&mutator->crossovers, CROSS_TAIL, weights->cross_tail);
    lottery_add(&mutator->crossovers, CROSS_INSERT, weights->cross_insert);
    lottery_add(&mutator->crossovers, CROSS_INTERLEAVE,
                weights->cross_interleave);
    swarm_whole(&mutator->whole, target);
}

static void open_editor(struct editor *e, const struct mutator *mutator,
                        struct random *random, struct program *program)
{
    e->program = program;
    e->random = random;
    e->weights = mutator->weights;
    e->generator = (struct generator){.target = mutator->target,
                                      .weights = mutator->weights,
                                      .choices = &mutator->choices,
                                      .swarm = &mutator->whole,
                                      .random = random,
                                      .program = program,
                                      .forecast = &e->forecast};
}

/* Appends calls of a new swarm. */
static void extend(const struct mutator *mutator, struct random *random,
                   struct program *program, size_t max_size)
{
    struct editor e;
    struct swarm swarm;

    open_editor(&e, mutator, random, program);
    swarm_draw(&swarm, mutator->target, mutator->weights, random);
    e.generator.swarm = &swarm;
    generate_calls(&e.generator, generate_length(mutator->weights, random),
                   max_size);
    editor_finish(&e);
}

void mutator_generate(const struct mutator *mutator, struct random *random,
                      struct program *program, size_t max_size)
{
    program_clear(program);
    extend(mutator, random, program, max_size);
}

bool mutation_apply(const struct mutator *mutator, struct random *random,
                    struct program *program, unsigned index)
{
    struct editor e;
    open_editor(&e, mutator, random, program);
    return MUTATIONS[index].apply(&e);
}

void mutator_mutate(const struct mutator *mutator, struct random *random,
                    struct program *program)
{
    enum { TRIES = 16 };
    const struct weights *weights = mutator->weights;
    struct editor e;
    unsigned edits = 0;

    open_editor(&e, mutator, random, program);
    for (unsigned tries = 0; tries < TRIES && edits < MOST_EDITS; tries++) {
        if (!MUTATIONS[lottery_draw(&mutator->mutations, random)].apply(&e)) {
            continue;
        }
        edits++;
        if (!random_chance(random, weights->more_edits_percent)) {
            break;
        }
    }
    if (program->call_count == 0) {
        mutate_insert(&e);
    }
    if (random_chance(random, weights->repair_percent)) {
        editor_repair(&e);
    }
    editor_finish(&e);
}

/* The engine keeps the shortest inputs that reach their coverage, so their last
 * calls do little. Usually cut the program at a random call and append new
 * ones. */
static void maybe_extend(const struct mutator *mutator, struct random *random,
                         struct program *program, size_t max_size)
{
    if (random_chance(random, mutator->weights->extend_percent)) {
        program->call_count = 1 + random_below(random, program->call_count);
        extend(mutator, random, program, max_size);
    }
}

size_t mutator_mutate_bytes(const struct mutator *mutator, uint8_t *data,
                            size_t size, size_t max_size, unsigned seed)
{
    static struct program program;
    struct random random = {seed};

    program_decode(&program, data, size);
    if (program.call_count < 2 ||
        random_chance(&random, mutator->weights->fresh_percent)) {
        mutator_generate(mutator, &random, &program, max_size);
    } else {
        mutator_mutate(mutator, &random, &program);
        maybe_extend(mutator, &random, &program, max_size);
    }
    return program_encode(&program, data, max_size);
}

size_t mutator_cross_bytes(const struct mutator *mutator, const uint8_t *data,
                           size_t size, const uint8_t *other, size_t other_size,
                           uint8_t *out, size_t max_size, unsigned seed)
{
    static struct program program, second;
    struct random random = {seed};
    struct editor e;

    program_decode(&program, data, size);
    program_decode(&second, other, other_size);
    if (program.call_count < 2 || second.call_count < 2 ||
        random_chance(&random, mutator->weights->fresh_percent)) {
        mutator_generate(mutator, &random, &program, max_size);
    } else {
        mutator_cross(mutator, &random, &program, &second);
        open_editor(&e, mutator, &random, &program);
        editor_finish(&e);
        maybe_extend(mutator, &random, &program, max_size);
    }
    return program_encode(&program, out, max_size);
}
