/* Decides which calls about DLPack tensors and Arrow structs a caller may make.
 */
#include "fuzz/model/callers.h"
#include "fuzz/model/exchanges.h"

/* True if the memory behind the struct is still allocated. A hostile deleter
 * frees its tensor; a block of handover.h waits for the capsule too. */
static bool has_memory(const struct model_exchange *e)
{
    return e->hostile ? !e->released || !struct_is_dlpack(e->kind)
                      : !(e->released && e->ended);
}

static bool permits_offer(const struct model *model, const struct call *call,
                          const struct model_arg *args)
{
    return model->capsule_slot[call->result] == NOTHING &&
           model->capsule_count < MAX_CAPSULES &&
           model->protocols.count < MAX_CALLS && kind_of(&args[0]) != NOTHING &&
           manner_of(call, &args[1]) != NOTHING;
}

/* True if the consumer finds no capsule with the right name, or a struct of the
 * kind that the name promises. */
static bool permits_take(const struct model *model,
                         const struct model_arg *args)
{
    int kind = kind_of(&args[1]);
    if (kind == NOTHING || args[2].number >= HANDLES ||
        model->protocols.taken[args[2].number].full) {
        return false;
    }
    if (args[0].tag != VALUE_CAPSULE || args[0].capsule == NOTHING) {
        return true;
    }
    if (model->capsule[args[0].capsule].life != LIFE_ALIVE) {
        return false;
    }
    int accepted = accepted_kind(model, args[0].capsule, kind);
    const struct model_exchange *e = find_exchange(model, args[0].capsule);
    return accepted == NOTHING || (e && e->kind == accepted && has_memory(e));
}

static bool permits_hostile_take(const struct model *model,
                                 const struct model_arg *args)
{
    const struct model_exchange *e = find_exchange(model, args[0].capsule);
    if (e == NULL || way_of(&args[1]) == NOTHING || args[2].number >= HANDLES ||
        model->protocols.kept[args[2].number].full) {
        return false;
    }
    return !e->hostile && is_alive(model, &args[0]) && !e->marked &&
           has_name_of(model, e->capsule, e->kind);
}

/* True if the struct of a full handle still has its memory. */
static bool permits_release(const struct model *model,
                            const struct model_handle *handle)
{
    return !handle->full || has_memory(in_handle(model, handle));
}

bool model_permits_protocols(const struct model *model, const struct call *call,
                             const struct model_arg *args,
                             const struct prediction *prediction)
{
    const struct model_protocols *protocols = &model->protocols;
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_OFFER_STRUCT:
    case CALL_HOSTILE_OFFER:
        return permits_offer(model, call, args);
    case CALL_TAKE_STRUCT:
        return permits_take(model, args);
    case CALL_RELEASE_STRUCT:
        return args[0].number < HANDLES &&
               permits_release(model, &protocols->taken[args[0].number]);
    case CALL_HOSTILE_TAKE:
        return permits_hostile_take(model, args);
    case CALL_HOSTILE_RELEASE:
        return args[0].number < HANDLES &&
               permits_release(model, &protocols->kept[args[0].number]);
    default: /* CALL_END_EXCHANGE */
        return is_self(model, &args[0]) &&
               find_exchange(model, args[0].capsule);
    }
}
