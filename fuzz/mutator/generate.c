#include "fuzz/mutator/generate.h"

void choices_init(struct choices *choices, const struct weights *weights)
{
    lottery_fill(&choices->object, weights->object, OBJECT_CHOICES);
    lottery_fill(&choices->pointer, weights->pointer, POINTER_CHOICES);
    lottery_fill(&choices->size, weights->size, SIZE_CHOICES);
    lottery_fill(&choices->count, weights->count, COUNT_CHOICES);
    lottery_fill(&choices->name, weights->name, NAME_CHOICES);
    lottery_fill(&choices->near_miss, weights->near_miss, NEAR_MISSES);
    lottery_fill(&choices->fresh_length, weights->fresh_length, FRESH_LENGTHS);
}

/* Draws one of the wanted calls by weight. Returns CALL_COUNT if no call is
 * wanted. */
static unsigned draw_wanted(const struct generator *g)
{
    uint8_t weights[CALL_COUNT];
    unsigned sum = 0;

    for (unsigned i = 0; i < g->swarm->call_count; i++) {
        unsigned op = g->swarm->calls[i];
        bool wanted =
            forecast_wants(g->forecast, (enum call_op)op, g->swarm->limits);
        weights[i] = wanted ? g->target->calls[op] : 0;
        sum += weights[i];
    }
    return sum == 0 ? CALL_COUNT
                    : g->swarm->calls[random_pick(g->random, weights,
                                                  g->swarm->call_count)];
}

bool generate_call(struct generator *g, struct call *call)
{
    enum { TRIES = 8 };
    unsigned op = CALL_COUNT;

    if (g->swarm->call_count == 0) {
        return false;
    }
    /* Draw from all calls until a call is wanted. The proportions are those of
     * a draw from the wanted calls only, at a lower cost in most states. */
    for (int i = 0; i < TRIES && op == CALL_COUNT; i++) {
        enum call_op drawn =
            (enum call_op)lottery_draw(&g->swarm->lottery, g->random);
        if (forecast_wants(g->forecast, drawn, g->swarm->limits)) {
            op = drawn;
        }
    }
    if (op == CALL_COUNT) {
        op = draw_wanted(g);
    }
    if (op == CALL_COUNT) {
        return false;
    }
    *call = (struct call){.op = (uint8_t)op};
    generate_arguments(g, call);
    return true;
}

void generate_calls(struct generator *g, unsigned length, size_t size)
{
    struct program *program = g->program;
    size_t used = 0;

    forecast_start(g->forecast, program);
    for (unsigned i = 0; i < program->call_count; i++) {
        used += program_call_size(&program->calls[i]);
        forecast_apply(g->forecast, &program->calls[i]);
    }
    while (program->call_count < length) {
        struct call *call = &program->calls[program->call_count];
        if (!generate_call(g, call) || used + program_call_size(call) > size) {
            break;
        }
        used += program_call_size(call);
        program->call_count++;
        forecast_apply(g->forecast, call);
    }
}

unsigned generate_length(const struct weights *weights, struct random *random)
{
    if (random_chance(random, weights->long_percent)) {
        return MAX_CALLS / 2 + 1 + random_below(random, MAX_CALLS / 2);
    }
    return 1 + random_below(random, MAX_CALLS / 2);
}
