/* Every step proposes a lighter program; what keeps() accepts is the new
 * program. The weight only ever falls, so that the steps can be repeated until
 * none of them is of use. */
#include "fuzz/support/reduce.h"

#include <string.h>

struct reduction {
    struct program best;
    uint64_t weight; /* of `best` */
    struct program candidate;
    keeps_program keeps;
    void *context;
};

/* --- weight --------------------------------------------------------------- */

enum {
    /* Above any slot, so that a call that only fills a slot can go once its
     * user does without: an address or a literal serves as well. */
    WEIGHT_SLOT = 16,
    WEIGHT_CHARACTER = 2,
    WEIGHT_BUFFER = 1 << 14, /* above any literal */
    WEIGHT_OBJECT = 64,
    WEIGHT_CALL = 1 << 24 /* above all arguments of all calls together */
};

/* The simplest character that a name can have. */
static const char PLAIN = 'a';

static uint64_t text_weight(const char *text, size_t length)
{
    uint64_t weight = 1;
    for (size_t i = 0; i < length; i++) {
        weight += WEIGHT_CHARACTER + (text[i] != PLAIN);
    }
    return weight;
}

static uint64_t value_weight(const struct program *program,
                             const struct value *value)
{
    switch (value->tag) {
    case VALUE_NULL:
        return 0;
    case VALUE_TEXT:
        return text_weight(program_text(program, value), value->number);
    case VALUE_NUMBER:
        return value->number;
    case VALUE_BUFFER:
        return WEIGHT_BUFFER + value->index;
    case VALUE_CAPSULE:
    case VALUE_PAYLOAD:
        return WEIGHT_SLOT + value->index;
    case VALUE_OBJECT:
        return WEIGHT_OBJECT + value->index;
    default:
        return 1u + value->index;
    }
}

uint64_t program_weight(const struct program *program)
{
    uint64_t weight = (uint64_t)program->call_count * WEIGHT_CALL;
    for (size_t i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        weight += call->result;
        for (size_t j = 0; j < CALLS[call->op].arg_count; j++) {
            weight += value_weight(program, &call->args[j]);
        }
    }
    return weight;
}

/* Starts a proposal. */
static struct program *propose(struct reduction *reduction)
{
    reduction->candidate = reduction->best;
    return &reduction->candidate;
}

/* Ends it: whether the candidate is the new program. */
static bool accept(struct reduction *reduction)
{
    uint64_t weight = program_weight(&reduction->candidate);
    if (weight >= reduction->weight ||
        !reduction->keeps(reduction->context, &reduction->candidate)) {
        return false;
    }
    reduction->best = reduction->candidate;
    reduction->weight = weight;
    return true;
}

/* --- fewer calls ---------------------------------------------------------- */

/* Removes runs of calls, long runs first, from the end to the start: what comes
 * after the finding goes at once. */
static void remove_runs(struct reduction *reduction)
{
    for (size_t length = reduction->best.call_count; length > 0; length /= 2) {
        size_t end = reduction->best.call_count;
        while (end > 0) {
            size_t start = end > length ? end - length : 0;
            struct program *candidate = propose(reduction);
            for (size_t i = end; i > start; i--) {
                program_remove(candidate, i - 1);
            }
            accept(reduction);
            end = start;
        }
    }
}

static bool uses_slot(const struct call *call, enum value_tag tag,
                      unsigned slot)
{
    const struct call_info *info = &CALLS[call->op];
    if (yields_result(info->yields) && call->result == slot &&
        VALUE_CAPSULE + info->yields == tag) {
        return true;
    }
    for (size_t i = 0; i < info->arg_count; i++) {
        if (call->args[i].tag == tag && call->args[i].index == slot) {
            return true;
        }
    }
    return false;
}

_Static_assert(VALUE_CAPSULE + RESULT_PAYLOAD == VALUE_PAYLOAD &&
                   VALUE_CAPSULE + RESULT_BUFFER == VALUE_BUFFER,
               "tags and results of slots are in the same order");

/* Removes all that is done with one slot. */
static void remove_slots(struct reduction *reduction)
{
    for (unsigned tag = VALUE_CAPSULE; tag <= VALUE_BUFFER; tag++) {
        for (unsigned slot = 0; slot < SLOTS; slot++) {
            struct program *candidate = propose(reduction);
            for (size_t i = candidate->call_count; i > 0; i--) {
                if (uses_slot(&candidate->calls[i - 1], tag, slot)) {
                    program_remove(candidate, i - 1);
                }
            }
            accept(reduction);
        }
    }
}

/* Pairs of calls grow with the square, so they are looked at only in what is
 * already short. */
static bool is_short(const struct reduction *reduction)
{
    return reduction->best.call_count <= 20;
}

/* Removes two calls that need each other, such as INCREF and DECREF. */
static void remove_pairs(struct reduction *reduction)
{
    if (!is_short(reduction)) {
        return;
    }
    for (size_t i = 1; i < reduction->best.call_count; i++) {
        for (size_t j = 0; j < i; j++) {
            struct program *candidate = propose(reduction);
            program_remove(candidate, i);
            program_remove(candidate, j);
            if (accept(reduction)) {
                i = j; /* both are other calls now */
                break;
            }
        }
    }
}

/* Gives what a later call sets to an earlier one, in its stead: a setter's
 * value to the constructor. */
static bool fold_into(struct reduction *reduction, size_t late, size_t argument,
                      size_t early)
{
    const struct call *from = &reduction->best.calls[late];
    enum arg_kind kind = CALLS[from->op].args[argument];
    const struct call_info *info = &CALLS[reduction->best.calls[early].op];

    for (size_t i = 0; i < info->arg_count; i++) {
        if (info->args[i] != kind) {
            continue;
        }
        struct program *candidate = propose(reduction);
        candidate->calls[early].args[i] = from->args[argument];
        program_remove(candidate, late);
        if (accept(reduction)) {
            return true;
        }
    }
    return false;
}

static bool fold_call(struct reduction *reduction, size_t late)
{
    enum call_op op = reduction->best.calls[late].op;
    for (size_t argument = 0; argument < CALLS[op].arg_count; argument++) {
        for (size_t early = 0; early < late; early++) {
            if (fold_into(reduction, late, argument, early)) {
                return true;
            }
        }
    }
    return false;
}

static void fold_calls(struct reduction *reduction)
{
    for (size_t late = 1;
         is_short(reduction) && late < reduction->best.call_count;) {
        late = fold_call(reduction, late) ? 1 : late + 1;
    }
}

/* --- simpler arguments ---------------------------------------------------- */

static void exchange(uint8_t *slot, unsigned a, unsigned b)
{
    *slot = (uint8_t)(*slot == a ? b : *slot == b ? a : *slot);
}

/* Exchanges two slots everywhere. */
static void exchange_slots(struct program *program, enum value_tag tag,
                           unsigned a, unsigned b)
{
    for (size_t i = 0; i < program->call_count; i++) {
        struct call *call = &program->calls[i];
        const struct call_info *info = &CALLS[call->op];
        if (yields_result(info->yields) &&
            VALUE_CAPSULE + info->yields == tag) {
            exchange(&call->result, a, b);
        }
        for (size_t j = 0; j < info->arg_count; j++) {
            if (call->args[j].tag == tag) {
                exchange(&call->args[j].index, a, b);
            }
        }
    }
}

static void rename_slots(struct reduction *reduction)
{
    for (unsigned tag = VALUE_CAPSULE; tag <= VALUE_BUFFER; tag++) {
        for (unsigned low = 0; low < SLOTS; low++) {
            for (unsigned high = low + 1; high < SLOTS; high++) {
                exchange_slots(propose(reduction), tag, low, high);
                accept(reduction);
            }
        }
    }
}

/* Gives `length` bytes to all texts that are equal to the one at `value`, so
 * that names that matched still do. */
static void replace_texts(struct program *program, const struct value *value,
                          const char *bytes, size_t length)
{
    struct value old = *value;
    struct value new;
    if (!program_set_text(program, &new, bytes, length)) {
        return;
    }
    for (size_t i = 0; i < program->call_count; i++) {
        struct call *call = &program->calls[i];
        for (size_t j = 0; j < CALLS[call->op].arg_count; j++) {
            struct value *text = &call->args[j];
            if (text->tag == VALUE_TEXT && text->number == old.number &&
                memcmp(program_text(program, text), program_text(program, &old),
                       old.number) == 0) {
                *text = new;
            }
        }
    }
}

/* Texts keep their place when they are replaced; this gives it back. */
static void compact(struct program *program)
{
    static uint8_t bytes[MAX_ENCODED];
    program_decode(program, bytes,
                   program_encode(program, bytes, sizeof bytes));
}

struct place {
    size_t call;
    size_t argument;
};

static struct value *value_at(struct program *program, struct place place)
{
    return &program->calls[place.call].args[place.argument];
}

/* Proposes another text, first for all that are equal, then for this alone. */
static bool try_text(struct reduction *reduction, struct place place,
                     const char *bytes, size_t length)
{
    char copy[MAX_NAME];
    memcpy(copy, bytes, length);

    struct program *candidate = propose(reduction);
    compact(candidate);
    replace_texts(candidate, value_at(candidate, place), copy, length);
    if (accept(reduction)) {
        return true;
    }
    candidate = propose(reduction);
    compact(candidate);
    return program_set_text(candidate, value_at(candidate, place), copy,
                            length) &&
           accept(reduction);
}

/* Cuts runs of characters, long runs first, and makes what remains plain. */
static void simplify_text(struct reduction *reduction, struct place place)
{
    const struct value *value = value_at(&reduction->best, place);
    char text[MAX_NAME];

    for (size_t run = value->number; run > 0; run /= 2) {
        for (size_t end = value->number; end > 0;) {
            size_t start = end > run ? end - run : 0;
            const char *now = program_text(&reduction->best, value);
            memcpy(text, now, start);
            memcpy(text + start, now + end, value->number - end);
            size_t length = value->number - (end - start);
            try_text(reduction, place, text, length);
            end = start;
        }
    }
    for (size_t i = 0; i < value->number; i++) {
        memcpy(text, program_text(&reduction->best, value), value->number);
        if (text[i] != PLAIN) {
            text[i] = PLAIN;
            try_text(reduction, place, text, value->number);
        }
    }
}

static bool try_value(struct reduction *reduction, struct place place,
                      struct value value)
{
    struct program *candidate = propose(reduction);
    *value_at(candidate, place) = value;
    return accept(reduction);
}

static void simplify_number(struct reduction *reduction, struct place place)
{
    const struct value *value = value_at(&reduction->best, place);
    struct value other = *value;

    /* The distance from 0 is halved until it no longer can be. */
    for (unsigned less = value->number; less > 0;) {
        other.number = (uint16_t)(value->number - less);
        bool done = try_value(reduction, place, other);
        less = done && less < value->number ? less : less / 2;
    }
}

/* A literal instead of a name buffer: what that was made of, or nothing. */
static void write_out_buffer(struct reduction *reduction, struct place place)
{
    const struct value empty = {.tag = VALUE_TEXT};
    enum call_op op = reduction->best.calls[place.call].op;
    unsigned slot = value_at(&reduction->best, place)->index;

    if (!(ARG_TAGS[CALLS[op].args[place.argument]] >> VALUE_TEXT & 1) ||
        try_value(reduction, place, empty)) {
        return;
    }
    for (size_t i = 0; i < reduction->best.call_count; i++) {
        const struct call *call = &reduction->best.calls[i];
        if (call->op == CALL_NAME && call->result == slot &&
            try_value(reduction, place, call->args[0])) {
            return;
        }
    }
}

/* All simpler values of the other kinds that the argument may have. */
static void simplify_tag(struct reduction *reduction, struct place place)
{
    enum call_op op = reduction->best.calls[place.call].op;
    enum arg_kind kind = CALLS[op].args[place.argument];

    for (unsigned n = 0; n < kind_tag_count(kind); n++) {
        enum value_tag tag = kind_tag(kind, n);
        if (tag == VALUE_TEXT || tag == VALUE_NUMBER) {
            continue;
        }
        for (unsigned i = 0; i < value_index_count(tag); i++) {
            struct value value = {.tag = (uint8_t)tag, .index = (uint8_t)i};
            if (try_value(reduction, place, value)) {
                return;
            }
        }
    }
}

static void simplify_arguments(struct reduction *reduction)
{
    struct place place;
    for (place.call = 0; place.call < reduction->best.call_count;
         place.call++) {
        enum call_op op = reduction->best.calls[place.call].op;
        for (place.argument = 0; place.argument < CALLS[op].arg_count;
             place.argument++) {
            simplify_tag(reduction, place);
            switch (value_at(&reduction->best, place)->tag) {
            case VALUE_BUFFER:
                write_out_buffer(reduction, place);
                break;
            case VALUE_TEXT:
                simplify_text(reduction, place);
                break;
            case VALUE_NUMBER:
                simplify_number(reduction, place);
                break;
            default:
                break;
            }
        }
    }
}

static void simplify_results(struct reduction *reduction)
{
    for (size_t i = 0; i < reduction->best.call_count; i++) {
        for (unsigned slot = 0; slot < reduction->best.calls[i].result;
             slot++) {
            propose(reduction)->calls[i].result = (uint8_t)slot;
            if (accept(reduction)) {
                break;
            }
        }
    }
}

void reduce_program(struct program *program, keeps_program keeps, void *context)
{
    static struct reduction reduction; /* too large for a stack */
    uint64_t before;

    reduction.best = *program;
    reduction.weight = program_weight(program);
    reduction.keeps = keeps;
    reduction.context = context;
    do {
        before = reduction.weight;
        remove_runs(&reduction);
        remove_slots(&reduction);
        remove_pairs(&reduction);
        fold_calls(&reduction);
        rename_slots(&reduction);
        simplify_results(&reduction);
        simplify_arguments(&reduction);
    } while (reduction.weight < before);
    compact(&reduction.best);
    *program = reduction.best;
}

/* --- bytes ---------------------------------------------------------------- */

size_t reduce_bytes(uint8_t *bytes, size_t size, keeps_bytes keeps,
                    void *context)
{
    static uint8_t candidate[1 << 20];
    if (size > sizeof candidate) {
        return size;
    }
    for (size_t run = size; run > 0; run /= 2) {
        for (size_t end = size; end > 0;) {
            size_t start = end > run ? end - run : 0;
            size_t smaller = size - (end - start);
            memcpy(candidate, bytes, start);
            memcpy(candidate + start, bytes + end, size - end);
            if (keeps(context, candidate, smaller)) {
                memcpy(bytes, candidate, smaller);
                size = smaller;
            }
            end = start;
        }
    }
    memcpy(candidate, bytes, size);
    for (size_t i = 0; i < size; i++) {
        candidate[i] = '0';
        if (bytes[i] == '0' || keeps(context, candidate, size)) {
            bytes[i] = '0';
        }
        candidate[i] = bytes[i];
    }
    return size;
}
