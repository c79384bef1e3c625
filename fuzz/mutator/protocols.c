/* Chooses the words and handles of calls about DLPack tensors and Arrow
 * structs. */
#include <string.h>

#include "fuzz/mutator/family.h"

static uintptr_t perform(struct forecast *f, const struct step *step)
{
    if (CALLS[step->call->op].nature != NATURE_CREATES ||
        step->prediction.fails) {
        return step->prediction.value;
    }
    f->model.protocols.offered = new_block_address(&f->model);
    return f->model.capsule_count + 1u;
}

/* True if the handle of the call is empty. */
static bool is_free(const struct forecast *f, enum call_op op, unsigned handle)
{
    const struct model_protocols *protocols = &f->model.protocols;
    return op == CALL_TAKE_STRUCT ? !protocols->taken[handle].full
                                  : !protocols->kept[handle].full;
}

static bool wants(const struct forecast *f, enum call_op op)
{
    switch (op) {
    case CALL_OFFER_STRUCT:
    case CALL_HOSTILE_OFFER:
        return f->model.capsule_count < MAX_CAPSULES;
    case CALL_HOSTILE_TAKE:
        return forecast_capsules_for(f, op) != 0;
    case CALL_END_EXCHANGE:
        return false; /* only destructors make this call */
    default:
        return f->model.protocols.count > 0;
    }
}

/* True if the hostile consumer may take the struct of the capsule. */
static bool is_open_to_attack(const struct forecast *f, struct model_arg *args)
{
    unsigned handle = 0;
    while (handle < HANDLES && !is_free(f, CALL_HOSTILE_TAKE, handle)) {
        handle++;
    }
    args[1].value.address = (uintptr_t)HOSTILE_WAY_WORDS[HOSTILE_KEEP];
    args[2].number = handle;
    return forecast_permits_args(f, CALL_HOSTILE_TAKE, args);
}

/* The headers' consumer may try to take the struct of every capsule that
 * offered one: also of a capsule whose struct is already taken. */
static bool fits(const struct forecast *f, enum call_op op,
                 struct model_arg *args)
{
    return op == CALL_HOSTILE_TAKE
               ? is_open_to_attack(f, args)
               : f->model.capsule[args[0].capsule].destructor ==
                     DESTRUCTOR_end_exchange;
}

static void set_word(struct generator *g, struct value *value,
                     const char *const *words, unsigned count)
{
    const char *word = words[random_below(g->random, count)];
    if (!program_set_text(g->program, value, word, strlen(word))) {
        program_set_text(g->program, value, "", 0);
    }
}

/* Chooses the kind of the capsule's struct, or any kind. */
static void choose_kind(struct generator *g, const struct call *call,
                        struct value *value)
{
    const struct model_capsule *capsule = capsule_argument(g, call);
    const struct model_protocols *protocols = &g->forecast->model.protocols;

    for (unsigned i = 0; capsule && i < protocols->count; i++) {
        const struct model_exchange *e = &protocols->exchange[i];
        if (e->capsule == capsule - g->forecast->model.capsule &&
            !random_chance(g->random, g->weights->other_kind_percent)) {
            set_word(g, value, &STRUCT_KIND_WORDS[e->kind], 1);
            return;
        }
    }
    set_word(g, value, STRUCT_KIND_WORDS, STRUCT_KINDS);
}

static void choose_text_of(struct generator *g, const struct call *call,
                           unsigned index, struct value *value)
{
    switch ((enum call_op)call->op) {
    case CALL_TAKE_STRUCT:
        choose_kind(g, call, value);
        break;
    case CALL_HOSTILE_TAKE:
        set_word(g, value, HOSTILE_WAY_WORDS, HOSTILE_WAYS);
        break;
    case CALL_OFFER_STRUCT:
        if (index == 1) {
            set_word(g, value, OFFER_MANNER_WORDS, OFFER_MANNERS);
            break;
        }
        set_word(g, value, STRUCT_KIND_WORDS, STRUCT_KINDS);
        break;
    default: /* CALL_HOSTILE_OFFER */
        if (index == 1) {
            set_word(g, value, OFFER_MANNER_WORDS, HOSTILE_MANNERS);
            break;
        }
        set_word(g, value, STRUCT_KIND_WORDS, STRUCT_KINDS);
        break;
    }
}

static unsigned choose_handle(struct generator *g, enum call_op op)
{
    bool takes = op == CALL_TAKE_STRUCT || op == CALL_HOSTILE_TAKE;
    bool ours = op == CALL_TAKE_STRUCT || op == CALL_RELEASE_STRUCT;
    unsigned fitting = 0;

    for (unsigned i = 0; i < HANDLES; i++) {
        bool empty = is_free(g->forecast,
                             ours ? CALL_TAKE_STRUCT : CALL_HOSTILE_TAKE, i);
        fitting |= (unsigned)(empty == takes) << i;
    }
    return fitting ? random_bit(g->random, fitting)
                   : random_below(g->random, HANDLES);
}

static bool choose(struct generator *g, struct call *call, unsigned index)
{
    struct value *value = &call->args[index];
    switch (CALLS[call->op].args[index]) {
    case ARG_TEXT:
        choose_text_of(g, call, index, value);
        return true;
    case ARG_SIZE:
        set_number(value, choose_handle(g, (enum call_op)call->op));
        return true;
    default:
        return false;
    }
}

const struct mutator_family mutator_family_protocols = {
    .perform = perform,
    .wants = wants,
    .fits = fits,
    .choose = choose,
};
