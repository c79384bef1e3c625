/* Which calls make sense in a state. */
#include "fuzz/mutator/forecast.h"
#include "fuzz/mutator/scripts.h"

typedef bool capsule_test(const struct forecast *f,
                          const struct forecast_object *object);

static bool frees_pointer(const struct forecast_object *object)
{
    return object->behaviour != NO_BEHAVIOUR &&
           SCRIPTS[object->behaviour].frees_pointer;
}

static bool frees_name(const struct forecast_object *object)
{
    return object->behaviour != NO_BEHAVIOUR &&
           SCRIPTS[object->behaviour].frees_name;
}

static bool has_payload(const struct forecast *f,
                        const struct forecast_object *object)
{
    (void)f;
    return object->pointer_tag == VALUE_PAYLOAD;
}

static bool can_be_read(const struct forecast *f,
                        const struct forecast_object *object)
{
    return has_payload(f, object) && f->payload_size[object->pointer_index] > 0;
}

unsigned forecast_holdable(const struct forecast *f,
                           const struct forecast_object *holder)
{
    unsigned holdable = 0;
    for (unsigned left = f->slots[RESULT_CAPSULE]; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctz(left);
        const struct forecast_object *last = &f->objects[f->object[slot]];
        while (last != holder && last->held != NO_OBJECT) {
            last = &f->objects[last->held];
        }
        if (last != holder) {
            holdable |= 1u << slot;
        }
    }
    return holdable;
}

static bool can_hold(const struct forecast *f,
                     const struct forecast_object *object)
{
    return object->held == NO_OBJECT && object->in_cycles == 0 &&
           forecast_holdable(f, object);
}

static bool holds_nothing(const struct forecast *f,
                          const struct forecast_object *object)
{
    (void)f;
    return object->held == NO_OBJECT;
}

/* Called by hand, it must leave the capsule as it is. */
static bool destructor_can_be_called(const struct forecast *f,
                                     const struct forecast_object *object)
{
    (void)f;
    return object->behaviour != NO_BEHAVIOUR && !frees_pointer(object) &&
           !frees_name(object) && !SCRIPTS[object->behaviour].drops_context;
}

/* What the destructor frees is exchanged for something else to free. */
static bool pointer_can_be_set(const struct forecast *f,
                               const struct forecast_object *object)
{
    return !frees_pointer(object) || forecast_free_payloads(f);
}

static bool name_can_be_set(const struct forecast *f,
                            const struct forecast_object *object)
{
    return !frees_name(object) || forecast_free_buffers(f);
}

/* Only destructors may, and only with their own capsule. */
static bool never(const struct forecast *f,
                  const struct forecast_object *object)
{
    (void)f;
    (void)object;
    return false;
}

/* Calls with which not every capsule makes sense. */
static capsule_test *const TESTS[CALL_COUNT] = {
    [CALL_READ] = can_be_read,
    [CALL_FREE_POINTER_OF] = never,
    [CALL_FREE_NAME_OF] = never,
    [CALL_DROP_CONTEXT_OF] = never,
    [CALL_HOLD] = can_hold,
    [CALL_CALL_DESTRUCTOR] = destructor_can_be_called,
    [CALL_SET_POINTER] = pointer_can_be_set,
    [CALL_SET_NAME] = name_can_be_set,
    [CALL_SET_CONTEXT] = holds_nothing,
    [CALL_SET_DESTRUCTOR] = holds_nothing,
    [CALL_LEAVE_IN_CYCLE] = holds_nothing,
};

unsigned forecast_capsules_for(const struct forecast *f, enum call_op op)
{
    unsigned live = f->slots[RESULT_CAPSULE];
    unsigned fitting = 0;

    if (!TESTS[op]) {
        return live;
    }
    for (unsigned left = live; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctz(left);
        if (TESTS[op](f, &f->objects[f->object[slot]])) {
            fitting |= 1u << slot;
        }
    }
    return fitting;
}

unsigned forecast_free_payloads(const struct forecast *f)
{
    return f->slots[RESULT_PAYLOAD] & ~(unsigned)f->owned[RESULT_PAYLOAD];
}

unsigned forecast_usable_buffers(const struct forecast *f)
{
    return f->slots[RESULT_BUFFER] & ~(unsigned)f->owned[RESULT_BUFFER];
}

unsigned forecast_free_buffers(const struct forecast *f)
{
    unsigned buffers = 0;
    for (unsigned left = f->slots[RESULT_BUFFER]; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctz(left);
        if (f->buffers[slot].users == 0) {
            buffers |= 1u << slot;
        }
    }
    return buffers;
}

static bool buffer_can_be_edited(const struct forecast *f)
{
    for (unsigned left = f->slots[RESULT_BUFFER]; left; left &= left - 1) {
        if (f->buffers[__builtin_ctz(left)].capacity > 0) {
            return true;
        }
    }
    return false;
}

static bool argument_exists(const struct forecast *f, enum call_op op,
                            enum arg_kind kind)
{
    switch (kind) {
    case ARG_OBJECT:
    case ARG_OBJECT_NOT_NULL:
    case ARG_CAPSULE:
        return f->slots[RESULT_CAPSULE] && forecast_capsules_for(f, op);
    case ARG_PAYLOAD:
        return forecast_free_payloads(f);
    case ARG_BUFFER:
        return buffer_can_be_edited(f);
    case ARG_BLOCK:
        return forecast_free_payloads(f) || forecast_free_buffers(f);
    default:
        return true;
    }
}

/* Calls that need more than slots, about the first argument or the state. */
static bool state_is_right(const struct forecast *f, enum call_op op)
{
    switch (op) {
    case CALL_CLEAR_ERROR:
        return f->error_pending;
    case CALL_SAVE_ERROR:
        return f->error_pending && !f->frames[0].has_saved;
    case CALL_RESTORE_ERROR:
        return f->frames[0].has_saved;
    case CALL_REPR:
    case CALL_COLLECT:
        return !f->error_pending;
    case CALL_LEAVE_IN_CYCLE:
        return !f->error_pending && forecast_capsules_for(f, op);
    default:
        return argument_exists(f, op, CALLS[op].args[0]);
    }
}

/* What a call needs, as far as the table of calls says it. */
struct need {
    bool capsule; /* any */
    bool more;    /* ask state_is_right() */
    bool result;  /* an empty slot of this kind: */
    uint8_t kind; /* RESULT_* */
};

#define TAKES_CAPSULE(kind)                                                    \
    ((kind) == ARG_OBJECT || (kind) == ARG_OBJECT_NOT_NULL ||                  \
     (kind) == ARG_CAPSULE)
#define ASKS_MORE(ident, kind)                                                 \
    (TAKES_BLOCK(kind) || CALL_##ident == CALL_CLEAR_ERROR ||                  \
     CALL_##ident == CALL_SAVE_ERROR || CALL_##ident == CALL_RESTORE_ERROR ||  \
     CALL_##ident >= CALL_SET_POINTER)
#define TAKES_BLOCK(kind)                                                      \
    ((kind) == ARG_PAYLOAD || (kind) == ARG_BUFFER || (kind) == ARG_BLOCK)
#define HAS_RESULT(ident, yields)                                              \
    ((yields) <= RESULT_BUFFER && CALL_##ident != CALL_REALLOC)

/* realloc() needs no slot: at worst the result is its own. */
static const struct need NEEDS[CALL_COUNT] = {
#define CALL(ident, text, yields, a0, a1, a2, c)                               \
    [CALL_##ident] = {TAKES_CAPSULE(a0), ASKS_MORE(ident, a0),                 \
                      HAS_RESULT(ident, yields),                               \
                      HAS_RESULT(ident, yields) ? (yields) : 0},
#include "fuzz/program/calls.def"
#undef CALL
};

bool forecast_wants(const struct forecast *f, enum call_op op,
                    const uint8_t limits[3])
{
    const struct need *need = &NEEDS[op];
    unsigned all = (1u << limits[need->kind]) - 1;
    bool full = !(all & ~(unsigned)f->slots[need->kind]);

    if ((need->capsule & !f->slots[RESULT_CAPSULE]) | (need->result & full)) {
        return false;
    }
    return !need->more || state_is_right(f, op);
}
