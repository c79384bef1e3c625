/* Steps that simplify results and arguments of a program. */
#include "fuzz/driver/reduction.h"

#include <string.h>

/* Replaces all texts that equal the text of `value`, so that equal names stay
 * equal. */
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

struct place {
    size_t call;
    size_t argument;
};

static struct value *value_at(struct program *program, struct place place)
{
    return &program->calls[place.call].args[place.argument];
}

/* Proposes another text: first for all equal texts, then only at this place. */
static bool try_text(struct reduction *reduction, struct place place,
                     const char *bytes, size_t length)
{
    char copy[MAX_NAME];
    memcpy(copy, bytes, length);

    struct program *candidate = reduction_propose(reduction);
    program_compact(candidate);
    replace_texts(candidate, value_at(candidate, place), copy, length);
    if (reduction_accept(reduction)) {
        return true;
    }
    candidate = reduction_propose(reduction);
    program_compact(candidate);
    return program_set_text(candidate, value_at(candidate, place), copy,
                            length) &&
           reduction_accept(reduction);
}

/* Cuts runs of characters, long runs first, and replaces the others by 'a'. */
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
    struct program *candidate = reduction_propose(reduction);
    *value_at(candidate, place) = value;
    return reduction_accept(reduction);
}

static void simplify_number(struct reduction *reduction, struct place place)
{
    const struct value *value = value_at(&reduction->best, place);
    struct value other = *value;

    /* Halves the decrement each time the finding is lost. */
    for (unsigned less = value->number; less > 0;) {
        other.number = (uint16_t)(value->number - less);
        bool done = try_value(reduction, place, other);
        less = done && less < value->number ? less : less / 2;
    }
}

/* Proposes a literal instead of a name buffer: the buffer's first text or an
 * empty text. */
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

/* Proposes every simpler kind of value that the argument allows. */
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
            reduction_propose(reduction)->calls[i].result = (uint8_t)slot;
            if (reduction_accept(reduction)) {
                break;
            }
        }
    }
}

void reduce_arguments(struct reduction *reduction)
{
    simplify_results(reduction);
    simplify_arguments(reduction);
}
