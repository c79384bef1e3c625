/* Chooses arguments that fit the state in which their call will be made. */
#include "fuzz/mutator/family.h"

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

/* A slot that is not empty, or the function. */
static void choose_alias(struct generator *g, struct value *value)
{
    unsigned there = g->forecast->slots[RESULT_CAPSULE] |
                     (unsigned)g->forecast->slots[RESULT_BUFFER] << SLOTS |
                     1u << ALIAS_FUNCTION;
    set_index(value, VALUE_ALIAS, random_bit(g->random, there));
}

unsigned drawn_addresses(const struct target *target)
{
    return target->extremes ? ADDRESS_COUNT : USUAL_ADDRESS_COUNT;
}

unsigned drawn_tags(const struct target *target, enum arg_kind kind)
{
    unsigned count = kind_tag_count(kind);
    return count - (kind == ARG_POINTER && !target->extremes);
}
_Static_assert(VALUE_ALIAS == VALUE_TAG_COUNT - 1,
               "drawn_tags() leaves the last tag of pointers out");

void choose_pointer_of(struct generator *g, unsigned payloads, unsigned choice,
                       struct value *value)
{
    if (g->target->extremes &&
        random_chance(g->random, g->weights->alias_percent)) {
        choose_alias(g, value);
    } else if (choice == CHOOSE_NO_POINTER) {
        set_index(value, VALUE_NULL, 0);
    } else if (choice == CHOOSE_PAYLOAD && payloads) {
        set_index(value, VALUE_PAYLOAD, random_bit(g->random, payloads));
    } else {
        set_index(value, VALUE_ADDRESS,
                  random_below(g->random, drawn_addresses(g->target)));
    }
}

static void choose_pointer(struct generator *g, struct value *value)
{
    unsigned choice = lottery_draw(&g->choices->pointer, g->random);
    choose_pointer_of(g, g->forecast->slots[RESULT_PAYLOAD], choice, value);
}

/* --- destructors ---------------------------------------------------------- */

/* Chooses a destructor that the capsule may have in its current state. The
 * earlier arguments are already chosen. */
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

/* A byte for a name. The byte 0 shortens the name. */
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

    const struct mutator_family *family = family_of(call->op);
    if (family->choose && family->choose(g, call, index)) {
        return;
    }
    switch (CALLS[call->op].args[index]) {
    case ARG_OBJECT:
    case ARG_OBJECT_NOT_NULL:
    case ARG_CAPSULE:
        choose_object(g, call, index, value);
        break;
    case ARG_POINTER:
        choose_pointer(g, value);
        break;
    case ARG_NAME:
        choose_name(g, capsule_argument(g, call), false, value);
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
        set_number(value, choose_block_size(g));
        break;
    case ARG_COBJECT:
        if (g->forecast->model.cobject.alive &&
            random_chance(g->random, g->weights->cobject_percent)) {
            set_index(value, VALUE_COBJECT, 0);
        } else {
            choose_object(g, call, index, value);
        }
        break;
    case ARG_COUNT:
        choose_count(g, value);
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

static void draw_arguments(struct generator *g, struct call *call)
{
    for (unsigned i = 0; i < CALLS[call->op].arg_count; i++) {
        generate_argument(g, call, i);
    }
}

/* True if the model permits the call and the target wants such calls. */
static bool suits(const struct generator *g, const struct call *call)
{
    const struct mutator_family *family = family_of(call->op);
    return (family->suits == NULL || family->suits(g, call)) &&
           forecast_permits(g->forecast, call);
}

void generate_arguments(struct generator *g, struct call *call)
{
    enum { TRIES = 6 };
    const struct mutator_family *family = family_of(call->op);

    generate_result(g, call);
    draw_arguments(g, call);
    for (int i = 1; family->drawn_together && i < TRIES && !suits(g, call);
         i++) {
        draw_arguments(g, call);
    }
    if (family->complete) {
        family->complete(g, call);
    }
}
