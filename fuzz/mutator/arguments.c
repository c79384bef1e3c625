/* Arguments that fit the state in which their call will stand. */
#include "fuzz/mutator/generate.h"

static void set_index(struct value *value, enum value_tag tag, unsigned index)
{
    *value = (struct value){.tag = (uint8_t)tag, .index = (uint8_t)index};
}

static void set_number(struct value *value, unsigned number)
{
    *value = (struct value){.tag = VALUE_NUMBER, .number = (uint16_t)number};
}

/* The capsule that the other arguments are about. */
static const struct model_capsule *subject(const struct generator *g,
                                           const struct call *call)
{
    return call->args[0].tag == VALUE_CAPSULE
               ? forecast_object_of(g->forecast, &call->args[0])
               : NULL;
}

/* One of the slots in the mask; any slot where there is none. */
static unsigned choose_slot(struct generator *g, unsigned mask)
{
    return mask ? random_bit(g->random, mask) : random_below(g->random, SLOTS);
}

static void choose_capsule(struct generator *g, const struct call *call,
                           unsigned index, struct value *value)
{
    unsigned mask = g->forecast->slots[RESULT_CAPSULE];

    if (index == 0) {
        mask = forecast_capsules_for(g->forecast, (enum call_op)call->op);
    } else if (call->op == CALL_HOLD) {
        const struct model_capsule *holder =
            forecast_object_of(g->forecast, &call->args[0]);
        mask = holder ? forecast_holdable(g->forecast, holder) : mask;
    }
    set_index(value, VALUE_CAPSULE, choose_slot(g, mask));
}

static void choose_object(struct generator *g, const struct call *call,
                          unsigned index, struct value *value)
{
    enum arg_kind kind = CALLS[call->op].args[index];
    unsigned choice = lottery_draw(&g->choices->object, g->random);

    if (choice == CHOOSE_EMPTY_SLOT) {
        set_index(value, VALUE_CAPSULE, random_below(g->random, SLOTS));
    } else if (choice == CHOOSE_LIVE || kind == ARG_CAPSULE) {
        choose_capsule(g, call, index, value);
    } else if (choice == CHOOSE_NO_OBJECT && kind != ARG_OBJECT_NOT_NULL) {
        set_index(value, VALUE_NULL, 0);
    } else {
        set_index(value, VALUE_OBJECT, random_below(g->random, OBJECT_COUNT));
    }
}

static bool frees(const struct model_capsule *object, enum call_op op)
{
    return object && behaviour_uses(object->destructor, op);
}

/* A capsule whose destructor frees its pointer gets what can be freed. */
static void choose_pointer(struct generator *g, const struct call *call,
                           struct value *value)
{
    unsigned payloads = g->forecast->slots[RESULT_PAYLOAD];
    unsigned choice = lottery_draw(&g->choices->pointer, g->random);

    if (call->op == CALL_SET_POINTER &&
        frees(subject(g, call), CALL_FREE_POINTER_OF)) {
        payloads = forecast_free_payloads(g->forecast);
        choice = choice == CHOOSE_NO_POINTER ? choice : CHOOSE_PAYLOAD;
    }
    if (choice == CHOOSE_NO_POINTER) {
        set_index(value, VALUE_NULL, 0);
    } else if (choice == CHOOSE_PAYLOAD && payloads) {
        set_index(value, VALUE_PAYLOAD, random_bit(g->random, payloads));
    } else {
        set_index(value, VALUE_ADDRESS, random_below(g->random, ADDRESS_COUNT));
    }
}

/* Some calls can do with a few names only. */
static void choose_name_for(struct generator *g, const struct call *call,
                            struct value *value)
{
    const struct model_capsule *object = subject(g, call);

    if (call->op == CALL_READ && object) {
        choose_matching_name(g, object, value);
        return;
    }
    if (call->op == CALL_SET_NAME && frees(object, CALL_FREE_NAME_OF)) {
        unsigned unused = forecast_free_buffers(g->forecast);
        if (unused) {
            set_index(value, VALUE_BUFFER, random_bit(g->random, unused));
            return;
        }
    }
    if ((call->op == CALL_NEW || call->op == CALL_SET_NAME) &&
        choose_published_name(g, value)) {
        return;
    }
    choose_name(g, object, call->op == CALL_NEW || call->op == CALL_SET_NAME,
                value);
}

/* --- destructors ---------------------------------------------------------- */

/* One that the capsule as it is may have; the arguments before it are given. */
static void choose_destructor(struct generator *g, const struct call *call,
                              struct value *value)
{
    enum { TRIES = 4 };

    for (int i = 0; i < TRIES; i++) {
        if (g->swarm->behaviour_count == 0 ||
            (i == 0 &&
             random_chance(g->random, g->weights->no_destructor_percent))) {
            break;
        }
        set_index(value, VALUE_DESTRUCTOR,
                  g->swarm->behaviours[random_below(
                      g->random, g->swarm->behaviour_count)]);
        if (forecast_permits(g->forecast, call)) {
            return;
        }
    }
    set_index(value, VALUE_NULL, 0);
}

/* --- memory --------------------------------------------------------------- */

static void choose_block(struct generator *g, struct value *value)
{
    unsigned payloads = forecast_free_payloads(g->forecast);
    unsigned buffers = forecast_free_buffers(g->forecast);
    unsigned slot = choose_slot(g, payloads | buffers << SLOTS);

    if (slot < SLOTS) {
        set_index(value, VALUE_PAYLOAD, slot);
    } else {
        set_index(value, VALUE_BUFFER, slot - SLOTS);
    }
}

static void choose_buffer(struct generator *g, struct value *value)
{
    unsigned mask = forecast_editable_buffers(g->forecast);
    set_index(value, VALUE_BUFFER, choose_slot(g, mask));
}

static unsigned choose_block_size(struct generator *g)
{
    switch (lottery_draw(&g->choices->size, g->random)) {
    case SIZE_0:
        return 0;
    case SIZE_1:
        return 1;
    case SIZE_SMALL:
        return 2 + random_below(g->random, 63);
    default:
        return random_below(g->random, 4097);
    }
}

/* One of the next few or one far ahead; none where memory is short already. */
static unsigned choose_allocation(struct generator *g)
{
    if (g->forecast->fail_at == 1 && random_chance(g->random, 75)) {
        return 0;
    }
    return 1 + random_below(g->random, random_chance(g->random, 50) ? 4 : 32);
}

static void choose_size(struct generator *g, const struct call *call,
                        struct value *value)
{
    unsigned number;

    switch (call->op) {
    case CALL_EDIT: {
        const struct value *buffer = &call->args[0];
        unsigned length =
            forecast_is_there(g->forecast, buffer)
                ? forecast_text_of(g->forecast, buffer->index).length
                : 0;
        number = length ? random_below(g->random, length) : 0;
        break;
    }
    case CALL_FAIL_ALLOCATION:
    case CALL_FAIL_ALLOCATIONS_FROM:
        number = choose_allocation(g);
        break;
    default:
        number = choose_block_size(g);
        break;
    }
    set_number(value, number);
}

/* Of a name, 0 included: that shortens it. */
static unsigned choose_byte(struct random *random)
{
    static const uint8_t BYTES[] = {'a', 'b', '.', 'A', 1, 0x7f, 0x80, 0xff};
    unsigned n = random_below(random, 20);
    if (n == 0) {
        return 0;
    }
    return n < 4 ? random_below(random, 256) : BYTES[n % sizeof BYTES];
}

/* --- all kinds ------------------------------------------------------------ */

void generate_argument(struct generator *g, struct call *call, unsigned index)
{
    struct value *value = &call->args[index];

    if (is_module_call(call->op) && generate_module_argument(g, call, index)) {
        return;
    }
    switch (CALLS[call->op].args[index]) {
    case ARG_OBJECT:
    case ARG_OBJECT_NOT_NULL:
    case ARG_CAPSULE:
        choose_object(g, call, index, value);
        break;
    case ARG_POINTER:
        choose_pointer(g, call, value);
        break;
    case ARG_NAME:
        choose_name_for(g, call, value);
        break;
    case ARG_TEXT:
        choose_text(g, value);
        break;
    case ARG_DESTRUCTOR:
        choose_destructor(g, call, value);
        break;
    case ARG_EXCEPTION:
        set_index(value, VALUE_EXCEPTION,
                  random_below(g->random, EXCEPTION_RAISABLE_COUNT));
        break;
    case ARG_PAYLOAD:
        set_index(value, VALUE_PAYLOAD,
                  choose_slot(g, forecast_free_payloads(g->forecast)));
        break;
    case ARG_BUFFER:
        choose_buffer(g, value);
        break;
    case ARG_BLOCK:
        choose_block(g, value);
        break;
    case ARG_SIZE:
        if (is_cobject_call(call->op)) {
            set_number(
                value,
                random_below(g->random, call->op == CALL_COBJECT_NEW ? 4 : 2));
        } else if (is_table_call(call->op)) {
            set_number(value, choose_table_number(g, call, index));
        } else {
            choose_size(g, call, value);
        }
        break;
    case ARG_COBJECT:
        if (g->forecast->model.cobject.alive &&
            random_chance(g->random, g->weights->cobject_percent)) {
            set_index(value, VALUE_COBJECT, 0);
        } else {
            choose_object(g, call, index, value);
        }
        break;
    case ARG_BYTE:
        set_number(value, choose_byte(g->random));
        break;
    default:
        break;
    }
}

void generate_result(struct generator *g, struct call *call)
{
    enum yield yields = CALLS[call->op].yields;

    call->result = 0;
    if (yields_result(yields)) {
        unsigned all = (1u << g->swarm->limits[yields]) - 1;
        unsigned empty = all & ~(unsigned)g->forecast->slots[yields];
        call->result = (uint8_t)choose_slot(g, empty);
    }
}

/* What is permitted depends on all of them together. */
static void generate_module_arguments(struct generator *g, struct call *call)
{
    enum { TRIES = 6 };

    for (int i = 0; i < TRIES; i++) {
        for (unsigned j = 0; j < CALLS[call->op].arg_count; j++) {
            generate_argument(g, call, j);
        }
        if (forecast_permits(g->forecast, call)) {
            return;
        }
    }
}

void generate_arguments(struct generator *g, struct call *call)
{
    generate_result(g, call);
    if (is_module_call(call->op)) {
        generate_module_arguments(g, call);
        return;
    }
    for (unsigned i = 0; i < CALLS[call->op].arg_count; i++) {
        generate_argument(g, call, i);
    }
    /* realloc(): in its own slot where there is no other, or just so. */
    if (call->op == CALL_REALLOC &&
        (g->forecast->slots[RESULT_PAYLOAD] >> call->result & 1 ||
         random_chance(g->random, 50))) {
        call->result = call->args[0].index;
    }
}
