/* Walks over all programs of the alphabet, shortest first. */
#include "fuzz/driver/exhaust.h"

#include "fuzz/executor/executor.h"

/* The programs whose first two calls are the same form a unit; so does a
 * program of one call. A part owns every `count`-th unit. */
enum { UNIT_CALLS = 2 };

/* The letters that are permitted after a program. */
struct choices {
    unsigned count;
    uint16_t letter[MOST_LETTERS];
};

struct walk {
    struct position *position;
    struct part part;
    bool (*visit)(void *context, const struct program *program);
    void *context;
    bool resuming;          /* until the walk is where the position says */
    uint64_t unit;          /* the next unit to begin */
    struct program program; /* the program that runs */
    /* The choices after the first n calls of the current program. */
    struct choices choices[LONGEST_WALK];
    unsigned depth; /* while choices are made: the number of calls */
    unsigned used;  /* while choices are made: the blocks of these calls */
};

static struct alphabet alphabet;

/* Builds the alphabet on the first call. */
static void need_alphabet(void)
{
    if (alphabet.count == 0) {
        alphabet_make(&alphabet);
    }
}

static void append_allocations(struct program *program, unsigned blocks)
{
    for (unsigned i = 0; i < ALPHABET_BLOCKS; i++) {
        if (blocks & 1u << i) {
            program->calls[program->call_count++] =
                alphabet.allocations.calls[i];
        }
    }
}

/* Writes the first `length` calls at the position, after the allocations that
 * they need. Returns the blocks that they use. The texts must be there. */
static unsigned write_program(const struct position *position, unsigned length,
                              struct program *program)
{
    unsigned used = 0;
    for (unsigned i = 0; i < length; i++) {
        used |= alphabet.letter[position->index[i]].blocks;
    }
    program->call_count = 0;
    append_allocations(program, used);
    for (unsigned i = 0; i < length; i++) {
        program->calls[program->call_count++] =
            alphabet.letter[position->index[i]].call;
    }
    return used;
}

void walk_program_at(const struct position *position, struct program *program)
{
    need_alphabet();
    *program = alphabet.allocations;
    write_program(position, position->length, program);
}

/* --- which calls may follow ----------------------------------------------- */

/* True if both capsule slots are empty. Then the numbers of the slots mean
 * nothing: swapping them makes the same programs from here on. */
static bool slots_are_empty(void)
{
    for (uint8_t slot = 0; slot < ALPHABET_CAPSULES; slot++) {
        struct call incref = {.op = CALL_INCREF};
        incref.args[0] = (struct value){.tag = VALUE_CAPSULE, .index = slot};
        if (executor_permits(&incref)) {
            return false;
        }
    }
    return true;
}

/* True if the letter has the lowest slots among those that differ only in the
 * numbers of slots: a new capsule goes to c0 if that slot is empty, and while
 * no capsule exists, a call that creates none names c0 rather than c1. */
static bool is_canonical(const struct letter *letter, unsigned used,
                         bool no_capsule)
{
    if (!alphabet_in_order(letter, used) ||
        (no_capsule && letter->drops_c1 && !letter->creates)) {
        return false;
    }
    if (letter->call.result > 0) {
        struct call lower = letter->call;
        lower.result--;
        return !executor_permits(&lower);
    }
    return true;
}

static void choose(void *context)
{
    struct walk *walk = context;
    struct choices *choices = &walk->choices[walk->depth];
    bool no_capsule = slots_are_empty();
    choices->count = 0;
    for (unsigned i = 0; i < alphabet.count; i++) {
        const struct letter *letter = &alphabet.letter[i];
        if (executor_permits(&letter->call) &&
            is_canonical(letter, walk->used, no_capsule)) {
            choices->letter[choices->count++] = (uint16_t)i;
        }
    }
}

/* Finds the letters that may follow the first `depth` calls. Runs these calls
 * with all blocks allocated, so that the model knows every block. */
static void find_choices(struct walk *walk, unsigned depth)
{
    walk->depth = depth;
    walk->used = write_program(walk->position, depth, &walk->program);
    append_allocations(&walk->program, ~walk->used);
    executor_run_and_look(&walk->program, choose, walk);
}

/* --- the walk ------------------------------------------------------------- */

/* Estimates which share of the programs of this length comes before the
 * current one, as if every program had equally many successors. */
static double progress(const struct walk *walk, const unsigned *rank)
{
    double share = 0;
    for (unsigned i = walk->position->length; i-- > 0;) {
        share = (rank[i] + share) / walk->choices[i].count;
    }
    return share;
}

/* True if the part owns the unit that begins here. */
static bool begin_unit(struct walk *walk)
{
    walk->position->unit = walk->unit++;
    return walk->position->unit % walk->part.count == walk->part.number - 1;
}

static bool visit(struct walk *walk, const unsigned *rank)
{
    struct position *position = walk->position;
    walk->resuming = false;
    write_program(position, position->length, &walk->program);
    position->progress = progress(walk, rank);
    if (!walk->visit(walk->context, &walk->program)) {
        return false;
    }
    position->programs[position->length]++;
    return true;
}

/* Makes all programs of the current length that begin with the first `depth`
 * calls. Returns false if visit() has ended the walk. */
static bool walk_from(struct walk *walk, unsigned depth, unsigned *rank)
{
    struct position *position = walk->position;
    const struct choices *choices = &walk->choices[depth];
    unsigned calls = depth + 1;

    find_choices(walk, depth);
    rank[depth] = 0;
    while (walk->resuming && rank[depth] < choices->count &&
           choices->letter[rank[depth]] < position->index[depth]) {
        rank[depth]++;
    }
    for (; rank[depth] < choices->count; rank[depth]++) {
        if (position->index[depth] != choices->letter[rank[depth]]) {
            walk->resuming = false;
        }
        position->index[depth] = choices->letter[rank[depth]];
        bool is_unit = calls == position->length ? calls <= UNIT_CALLS
                                                 : calls == UNIT_CALLS;
        if (is_unit && !begin_unit(walk)) {
            continue;
        }
        if (!(calls == position->length ? visit(walk, rank)
                                        : walk_from(walk, calls, rank))) {
            return false;
        }
    }
    walk->resuming = false;
    return true;
}

void position_start(struct position *position)
{
    *position = (struct position){.length = 1};
}

bool walk(struct position *position, unsigned calls, struct part part,
          bool (*visit_program)(void *context, const struct program *program),
          void *context)
{
    static struct walk walk; /* too large for the stack */
    unsigned rank[LONGEST_WALK];

    need_alphabet();
    walk = (struct walk){
        .position = position,
        .part = part,
        .visit = visit_program,
        .context = context,
        .resuming = true,
        .unit = position->unit,
        .program = alphabet.allocations,
    };
    while (position->length <= calls) {
        if (!walk_from(&walk, 0, rank)) {
            return false;
        }
        position->length++;
        position->unit = walk.unit = 0;
        position->progress = 0;
        for (unsigned i = 0; i < LONGEST_WALK; i++) {
            position->index[i] = 0;
        }
    }
    return true;
}
