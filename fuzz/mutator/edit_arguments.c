/* Mutations of arguments. */
#include "fuzz/mutator/editor.h"

static bool is_slot(enum value_tag tag)
{
    return tag == VALUE_CAPSULE || tag == VALUE_PAYLOAD || tag == VALUE_BUFFER;
}

static bool is_name(enum arg_kind kind)
{
    return kind == ARG_NAME || kind == ARG_TEXT;
}

static unsigned any_number(struct editor *e, enum arg_kind kind)
{
    if (kind == ARG_BYTE) {
        return random_below(e->random, 256);
    }
    return random_below(e->random, random_chance(e->random, 80) ? 64 : 65536);
}

static unsigned any_behaviour(struct editor *e)
{
    const struct swarm *swarm = e->generator.swarm;
    return swarm->behaviours[random_below(e->random, swarm->behaviour_count)];
}

/* Sets any value that the kind of argument allows, whether it fits the state or
 * not. */
static void set_any(struct editor *e, enum arg_kind kind, struct value *value)
{
    const struct target *target = e->generator.target;
    enum value_tag tag =
        kind_tag(kind, random_below(e->random, drawn_tags(target, kind)));

    if (tag == VALUE_TEXT) {
        choose_text(&e->generator, value);
        return;
    }
    *value = (struct value){.tag = (uint8_t)tag};
    if (tag == VALUE_NUMBER) {
        value->number = (uint16_t)any_number(e, kind);
    } else if (tag == VALUE_DESTRUCTOR) {
        value->index = (uint8_t)any_behaviour(e);
    } else {
        unsigned count = tag == VALUE_ADDRESS ? drawn_addresses(target)
                                              : value_index_count(tag);
        value->index = (uint8_t)random_below(e->random, count);
    }
}

bool mutate_change_argument(struct editor *e)
{
    if (e->program->call_count == 0) {
        return false;
    }
    unsigned index = editor_any(e);
    struct call *call = &e->program->calls[index];
    const struct call_info *info = &CALLS[call->op];
    bool stores = yields_result(info->yields);
    bool fitting =
        random_chance(e->random, e->weights->fitting_argument_percent);

    if (info->arg_count + stores == 0) {
        return false;
    }
    unsigned which = random_below(e->random, info->arg_count + stores);
    if (fitting || (which < info->arg_count && is_name(info->args[which]))) {
        editor_look_at(e, index);
    }
    if (which < info->arg_count) {
        if (fitting) {
            generate_argument(&e->generator, call, which);
        } else {
            set_any(e, info->args[which], &call->args[which]);
        }
    } else if (fitting) {
        generate_result(&e->generator, call);
    } else {
        call->result = (uint8_t)random_below(e->random, SLOTS);
    }
    return true;
}

/* Searches the calls for an argument that `pick` accepts: starts at a random
 * call and wraps around. */
static bool find_argument(struct editor *e,
                          bool (*pick)(const struct call *, unsigned),
                          unsigned *call_index, unsigned *arg_index)
{
    unsigned calls = e->program->call_count;
    unsigned start = calls ? editor_any(e) : 0;

    for (unsigned i = 0; i < calls; i++) {
        unsigned index = (start + i) % calls;
        const struct call *call = &e->program->calls[index];
        unsigned args = CALLS[call->op].arg_count;
        unsigned first = args ? random_below(e->random, args) : 0;
        for (unsigned j = 0; j < args; j++) {
            unsigned arg = (first + j) % args;
            if (pick(call, arg)) {
                *call_index = index;
                *arg_index = arg;
                return true;
            }
        }
    }
    return false;
}

static bool pick_name(const struct call *call, unsigned arg)
{
    return is_name(CALLS[call->op].args[arg]);
}

bool mutate_edit_name(struct editor *e)
{
    unsigned index, arg;
    struct characters text = {NULL, 0};

    if (!find_argument(e, pick_name, &index, &arg)) {
        return false;
    }
    struct value *value = &e->program->calls[index].args[arg];
    if (value->tag == VALUE_TEXT) {
        text =
            (struct characters){program_text(e->program, value), value->number};
        if (text.length == 0 && random_chance(e->random, 50) &&
            CALLS[e->program->calls[index].op].args[arg] == ARG_NAME) {
            *value = (struct value){.tag = VALUE_NULL};
            return true;
        }
    } else if (value->tag == VALUE_BUFFER) {
        editor_look_at(e, index);
        if (!forecast_is_there(&e->forecast, value)) {
            return false;
        }
        text = forecast_text_of(&e->forecast, value->index);
    }
    make_near_miss(&e->generator, text, value);
    if (value->tag == VALUE_NULL &&
        CALLS[e->program->calls[index].op].args[arg] != ARG_NAME) {
        *value = (struct value){.tag = VALUE_TEXT};
    }
    return true;
}

static bool pick_slot(const struct call *call, unsigned arg)
{
    return is_slot((enum value_tag)call->args[arg].tag);
}

/* Replaces an argument by the result of an earlier call. */
bool mutate_chain(struct editor *e)
{
    unsigned index, arg;

    if (!find_argument(e, pick_slot, &index, &arg) || index == 0) {
        return false;
    }
    struct call *call = &e->program->calls[index];
    unsigned tags = ARG_TAGS[CALLS[call->op].args[arg]];
    unsigned start = random_below(e->random, index);
    for (unsigned i = 0; i < index; i++) {
        const struct call *earlier = &e->program->calls[(start + i) % index];
        enum yield yields = CALLS[earlier->op].yields;
        if (yields_result(yields) &&
            tags >> (VALUE_CAPSULE + (unsigned)yields) & 1) {
            call->args[arg] = (struct value){
                .tag = (uint8_t)(VALUE_CAPSULE + (unsigned)yields),
                .index = earlier->result};
            return true;
        }
    }
    return false;
}

/* --- after the mutations -------------------------------------------------- */

static void repair_call(struct editor *e, struct call *call)
{
    const struct call_info *info = &CALLS[call->op];

    for (unsigned i = 0; i < info->arg_count; i++) {
        if (!forecast_is_there(&e->forecast, &call->args[i])) {
            generate_argument(&e->generator, call, i);
        }
    }
    if (yields_result(info->yields) &&
        e->forecast.slots[info->yields] >> call->result & 1) {
        generate_result(&e->generator, call);
    }
}

void editor_repair(struct editor *e)
{
    forecast_start(&e->forecast, e->program);
    for (unsigned i = 0; i < e->program->call_count; i++) {
        struct call *call = &e->program->calls[i];
        if (!forecast_apply(&e->forecast, call)) {
            repair_call(e, call);
            forecast_apply(&e->forecast, call);
        }
    }
}

void editor_finish(struct editor *e)
{
    uint32_t text_size = 1; /* the size of an empty program's text */

    for (unsigned i = 0; i < e->program->call_count; i++) {
        struct call *call = &e->program->calls[i];
        for (unsigned j = 0; j < CALLS[call->op].arg_count; j++) {
            struct value *value = &call->args[j];
            if (value->tag == VALUE_TEXT && value->number > 0) {
                if (value->number >= MAX_TEXT - text_size) {
                    *value = (struct value){.tag = VALUE_TEXT};
                } else {
                    text_size += value->number + 1u;
                }
            } else if (value->tag == VALUE_DESTRUCTOR &&
                       DESTRUCTORS[value->index].misuse) {
                value->index = (uint8_t)any_behaviour(e);
            }
        }
    }
}
