/* Decides which calls are useful in a state. */
#include "fuzz/mutator/family.h"

static struct model_arg arg_of_slot(const struct forecast *f, unsigned slot)
{
    struct model_arg arg = NO_ARG;
    arg.tag = VALUE_CAPSULE;
    arg.capsule = f->model.capsule_slot[slot];
    return arg;
}

/* --- memory --------------------------------------------------------------- */

/* A condition on the block in a slot. */
typedef bool block_test(const struct forecast *f, int id);

static unsigned blocks_for(const struct forecast *f, enum yield kind,
                           block_test *test)
{
    const int16_t *slots =
        f->model.block_slot + (kind == RESULT_BUFFER ? SLOTS : 0);
    unsigned fitting = 0;

    for (unsigned left = f->slots[kind]; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctz(left);
        fitting |= (unsigned)test(f, slots[slot]) << slot;
    }
    return fitting;
}

static bool can_be_freed(const struct forecast *f, int id)
{
    struct model_arg arg = NO_ARG;
    arg.value.block = (int16_t)id;
    return forecast_permits_args(f, CALL_FREE, &arg);
}

static bool is_owned_by_nobody(const struct forecast *f, int id)
{
    return f->model.block[id].owner == NOTHING;
}

static bool has_a_byte(const struct forecast *f, int id)
{
    return f->model.block[id].size > 0;
}

unsigned forecast_free_payloads(const struct forecast *f)
{
    return blocks_for(f, RESULT_PAYLOAD, is_owned_by_nobody);
}

unsigned forecast_free_buffers(const struct forecast *f)
{
    return blocks_for(f, RESULT_BUFFER, can_be_freed);
}

unsigned forecast_usable_buffers(const struct forecast *f)
{
    return blocks_for(f, RESULT_BUFFER, is_owned_by_nobody);
}

unsigned forecast_editable_buffers(const struct forecast *f)
{
    return blocks_for(f, RESULT_BUFFER, has_a_byte);
}

/* --- capsules ------------------------------------------------------------- */

unsigned forecast_holdable(const struct forecast *f,
                           const struct model_capsule *holder)
{
    struct model_arg args[MAX_ARGS] = {NO_ARG};
    unsigned holdable = 0;

    args[0].capsule = (int16_t)(holder - f->model.capsule);
    for (unsigned left = f->slots[RESULT_CAPSULE]; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctz(left);
        args[1] = arg_of_slot(f, slot);
        holdable |= (unsigned)forecast_permits_args(f, CALL_HOLD, args) << slot;
    }
    return holdable;
}

/* True if the call is allowed with the capsule in `slot` as its first argument,
 * for some choice of the other arguments. */
static bool fits(const struct forecast *f, enum call_op op, unsigned slot)
{
    struct model_arg args[MAX_ARGS] = {arg_of_slot(f, slot), NO_ARG};
    const struct mutator_family *family = family_of(op);
    return family->fits ? family->fits(f, op, args)
                        : forecast_permits_args(f, op, args);
}

unsigned forecast_capsules_for(const struct forecast *f, enum call_op op)
{
    unsigned live = f->slots[RESULT_CAPSULE];
    unsigned fitting = 0;

    if (CALLS[op].always_permitted) {
        return live;
    }
    for (unsigned left = live; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctz(left);
        fitting |= (unsigned)fits(f, op, slot) << slot;
    }
    return fitting;
}

/* --- calls ---------------------------------------------------------------- */

static bool takes_capsule(enum arg_kind kind)
{
    return kind == ARG_OBJECT || kind == ARG_OBJECT_NOT_NULL ||
           kind == ARG_CAPSULE;
}

/* True if forecast_capsules_for() would return any slot. */
static bool some_capsule_fits(const struct forecast *f, enum call_op op)
{
    unsigned left = f->slots[RESULT_CAPSULE];

    while (left && !fits(f, op, (unsigned)__builtin_ctz(left))) {
        left &= left - 1;
    }
    return left;
}

/* True if some call of this row is permitted and has an effect. */
static bool state_is_right(const struct forecast *f, enum call_op op)
{
    const struct model_arg args[MAX_ARGS] = {NO_ARG, NO_ARG, NO_ARG};

    switch (CALLS[op].args[0]) {
    case ARG_OBJECT:
    case ARG_OBJECT_NOT_NULL:
    case ARG_CAPSULE:
        return some_capsule_fits(f, op);
    case ARG_PAYLOAD:
        return forecast_free_payloads(f);
    case ARG_BUFFER:
        return forecast_editable_buffers(f);
    case ARG_BLOCK:
        return forecast_free_payloads(f) || forecast_free_buffers(f);
    default:
        return forecast_permits_args(f, op, args);
    }
}

bool forecast_wants(const struct forecast *f, enum call_op op,
                    const uint8_t limits[3])
{
    const struct call_info *info = &CALLS[op];

    if (takes_capsule(info->args[0]) && !f->slots[RESULT_CAPSULE]) {
        return false;
    }
    /* realloc() needs no free slot: the result may go to the old block's slot.
     */
    if (yields_result(info->yields) && op != CALL_REALLOC) {
        unsigned all = (1u << limits[info->yields]) - 1;
        if (!(all & ~(unsigned)f->slots[info->yields])) {
            return false;
        }
    }
    if (info->always_permitted) {
        return true;
    }
    return family_of(op)->wants ? family_of(op)->wants(f, op)
                                : state_is_right(f, op);
}
