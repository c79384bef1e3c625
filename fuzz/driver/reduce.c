/* Reduces programs and bytes: repeats the steps until none helps; see
 * reduce.h. */
#include "fuzz/driver/reduce.h"

#include <string.h>

#include "fuzz/driver/reduction.h"

/* --- weight --------------------------------------------------------------- */

enum {
    /* More than any slot number. A pointer or a literal weighs less than a
     * slot: when it replaces the slot, the call that fills the slot can be
     * removed. */
    WEIGHT_SLOT = 16,
    WEIGHT_CHARACTER = 2,
    WEIGHT_BUFFER = 1 << 14, /* more than any literal */
    WEIGHT_OBJECT = 64,
    WEIGHT_CALL = 1 << 24 /* more than all arguments together */
};

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
    case VALUE_COBJECT:
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
struct program *reduction_propose(struct reduction *reduction)
{
    reduction->candidate = reduction->best;
    return &reduction->candidate;
}

bool reduction_accept(struct reduction *reduction)
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

/* --- programs ------------------------------------------------------------- */

void program_compact(struct program *program)
{
    static uint8_t bytes[MAX_ENCODED];
    program_decode(program, bytes,
                   program_encode(program, bytes, sizeof bytes));
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
        reduce_calls(&reduction);
        reduce_arguments(&reduction);
    } while (reduction.weight < before);
    program_compact(&reduction.best);
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
