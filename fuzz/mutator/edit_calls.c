/* Mutations of whole calls. */
#include <string.h>

#include "fuzz/mutator/editor.h"

void editor_look_at(struct editor *e, unsigned index)
{
    forecast_start(&e->forecast, e->program);
    for (unsigned i = 0; i < index; i++) {
        forecast_apply(&e->forecast, &e->program->calls[i]);
    }
}

unsigned editor_open(struct editor *e, unsigned index, unsigned count)
{
    struct program *program = e->program;
    unsigned room = MAX_CALLS - program->call_count;

    count = count < room ? count : room;
    memmove(&program->calls[index + count], &program->calls[index],
            (program->call_count - index) * sizeof program->calls[0]);
    program->call_count += count;
    return count;
}

void editor_close(struct editor *e, unsigned index, unsigned count)
{
    struct program *program = e->program;

    program->call_count -= count;
    memmove(&program->calls[index], &program->calls[index + count],
            (program->call_count - index) * sizeof program->calls[0]);
}

unsigned editor_few(struct editor *e, unsigned bound)
{
    unsigned few = 1;
    while (few < bound && random_chance(e->random, 50)) {
        few++;
    }
    return few;
}

unsigned editor_any(struct editor *e)
{
    return random_below(e->random, e->program->call_count);
}

/* Inserts up to `count` generated calls at `index`. Stops early if no call is
 * useful or the program is full. Returns the number of inserted calls. */
static unsigned insert_generated(struct editor *e, unsigned index,
                                 unsigned count)
{
    unsigned inserted = 0;

    editor_look_at(e, index);
    for (; inserted < count; inserted++) {
        struct call call;
        if (e->program->call_count == MAX_CALLS ||
            !generate_call(&e->generator, &call)) {
            break;
        }
        editor_open(e, index + inserted, 1);
        e->program->calls[index + inserted] = call;
        forecast_apply(&e->forecast, &call);
    }
    return inserted;
}

bool mutate_insert(struct editor *e)
{
    enum { MOST = 4 };
    unsigned index = random_below(e->random, e->program->call_count + 1);
    return insert_generated(e, index, editor_few(e, MOST)) > 0;
}

bool mutate_remove(struct editor *e)
{
    unsigned calls = e->program->call_count;

    if (calls < 2) {
        return false;
    }
    unsigned count = editor_few(e, calls - 1);
    editor_close(e, random_below(e->random, calls - count + 1), count);
    return true;
}

bool mutate_replace(struct editor *e)
{
    if (e->program->call_count == 0) {
        return false;
    }
    unsigned index = editor_any(e);
    editor_look_at(e, index);
    return generate_call(&e->generator, &e->program->calls[index]);
}

bool mutate_duplicate(struct editor *e)
{
    unsigned calls = e->program->call_count;

    if (calls == 0 || calls == MAX_CALLS) {
        return false;
    }
    struct call call = e->program->calls[editor_any(e)];
    unsigned index = random_below(e->random, calls + 1);
    editor_open(e, index, 1);
    e->program->calls[index] = call;
    return true;
}

bool mutate_swap(struct editor *e)
{
    unsigned calls = e->program->call_count;

    if (calls < 2) {
        return false;
    }
    unsigned i = random_below(e->random, calls - 1);
    unsigned j = random_chance(e->random, 50) ? i + 1 : editor_any(e);
    struct call call = e->program->calls[i];
    e->program->calls[i] = e->program->calls[j];
    e->program->calls[j] = call;
    return i != j;
}

bool mutate_move(struct editor *e)
{
    if (e->program->call_count < 2) {
        return false;
    }
    unsigned from = editor_any(e);
    unsigned to = editor_any(e);
    struct call call = e->program->calls[from];
    editor_close(e, from, 1);
    editor_open(e, to, 1);
    e->program->calls[to] = call;
    return from != to;
}

/* Replaces a part of the program by new calls of a new swarm. */
bool mutate_splice(struct editor *e)
{
    enum { MOST = 16 };
    struct swarm swarm;
    const struct swarm *whole = e->generator.swarm;
    unsigned calls = e->program->call_count;
    unsigned index = random_below(e->random, calls + 1);
    unsigned removed = random_below(e->random, calls - index + 1);

    swarm_draw(&swarm, e->generator.target, e->weights, e->random);
    e->generator.swarm = &swarm;
    editor_close(e, index, removed);
    unsigned inserted =
        insert_generated(e, index, 1 + random_below(e->random, MOST));
    e->generator.swarm = whole;
    return inserted + removed > 0;
}

/* Repeats a block of calls. Finds defects that need a second use, or a full
 * table. */
bool mutate_repeat(struct editor *e)
{
    enum { LONGEST_BLOCK = 8, MOST = 8 };
    unsigned calls = e->program->call_count;

    if (calls == 0 || calls == MAX_CALLS) {
        return false;
    }
    unsigned from = editor_any(e);
    unsigned rest = calls - from;
    unsigned block =
        1 +
        random_below(e->random, rest < LONGEST_BLOCK ? rest : LONGEST_BLOCK);
    unsigned times = editor_few(e, MOST);
    unsigned added = editor_open(e, from + block, block * times);
    for (unsigned i = 0; i < added; i++) {
        e->program->calls[from + block + i] = e->program->calls[from + i];
    }
    return true;
}
