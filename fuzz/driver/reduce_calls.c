/* Steps that remove calls of a program and lower its slots. */
#include "fuzz/driver/reduction.h"

/* Removes runs of calls, long runs first, from the end to the start: the calls
 * after the finding go first. */
static void remove_runs(struct reduction *reduction)
{
    for (size_t length = reduction->best.call_count; length > 0; length /= 2) {
        size_t end = reduction->best.call_count;
        while (end > 0) {
            size_t start = end > length ? end - length : 0;
            struct program *candidate = reduction_propose(reduction);
            for (size_t i = end; i > start; i--) {
                program_remove(candidate, i - 1);
            }
            reduction_accept(reduction);
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

/* Removes all calls that use a slot, for each slot. */
static void remove_slots(struct reduction *reduction)
{
    for (unsigned tag = VALUE_CAPSULE; tag <= VALUE_BUFFER; tag++) {
        for (unsigned slot = 0; slot < SLOTS; slot++) {
            struct program *candidate = reduction_propose(reduction);
            for (size_t i = candidate->call_count; i > 0; i--) {
                if (uses_slot(&candidate->calls[i - 1], tag, slot)) {
                    program_remove(candidate, i - 1);
                }
            }
            reduction_accept(reduction);
        }
    }
}

/* True if the program is short enough to try all pairs: their number is the
 * square of the number of calls. */
static bool is_short(const struct reduction *reduction)
{
    return reduction->best.call_count <= 20;
}

/* Removes pairs of calls that need each other, such as INCREF and DECREF. */
static void remove_pairs(struct reduction *reduction)
{
    if (!is_short(reduction)) {
        return;
    }
    for (size_t i = 1; i < reduction->best.call_count; i++) {
        for (size_t j = 0; j < i; j++) {
            struct program *candidate = reduction_propose(reduction);
            program_remove(candidate, i);
            program_remove(candidate, j);
            if (reduction_accept(reduction)) {
                i = j; /* calls moved: both indices are stale */
                break;
            }
        }
    }
}

/* Folds a setter into the call that created the object: the constructor gets
 * the setter's value. */
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
        struct program *candidate = reduction_propose(reduction);
        candidate->calls[early].args[i] = from->args[argument];
        program_remove(candidate, late);
        if (reduction_accept(reduction)) {
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

/* Exchanges two slots in all calls. */
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
                exchange_slots(reduction_propose(reduction), tag, low, high);
                reduction_accept(reduction);
            }
        }
    }
}

void reduce_calls(struct reduction *reduction)
{
    remove_runs(reduction);
    remove_slots(reduction);
    remove_pairs(reduction);
    fold_calls(reduction);
    rename_slots(reduction);
}
