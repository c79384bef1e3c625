/* DLPack tensors and Arrow structs: predicts the calls of producers, consumers
 * and destructors, and applies them to the state (DLPACK-1 to ARROW-7). */
#include "fuzz/model/protocols.h"

#include "fuzz/model/callers.h"
#include "fuzz/model/exchanges.h"
#include "fuzz/model/family.h"
#include "fuzz/model/state.h"

/* The names of capsules before and after a consumer takes the struct. */
static const char *offered_name[STRUCT_KINDS] = {
    "dltensor",    "dltensor_versioned", "arrow_schema",
    "arrow_array", "arrow_array_stream", "arrow_device_array"};
static const char *taken_name[STRUCT_KINDS] = {"used_dltensor",
                                               "used_dltensor_versioned"};

void model_name_structs(enum struct_kind kind, const char *offered,
                        const char *taken)
{
    offered_name[kind] = offered;
    taken_name[kind] = taken;
}

bool model_is_struct_name(uintptr_t address)
{
    int i = 0;
    while (i < STRUCT_KINDS && address != (uintptr_t)offered_name[i] &&
           address != (uintptr_t)taken_name[i]) {
        i++;
    }
    return i < STRUCT_KINDS;
}

static void reset(struct model *model)
{
    struct model_protocols *protocols = &model->protocols;
    protocols->count = 0;
    for (unsigned i = 0; i < HANDLES; i++) {
        protocols->taken[i] = protocols->kept[i] =
            (struct model_handle){.exchange = NOTHING};
    }
}

/* --- what must come back -------------------------------------------------- */

/* True if the destructor of the capsule would release the struct. */
static bool is_in_capsule(const struct model *model,
                          const struct model_exchange *e)
{
    return struct_is_dlpack(e->kind) ? has_name_of(model, e->capsule, e->kind)
                                     : !e->marked;
}

/* True if a call of the callback of the struct, or of a copy, releases the
 * resource. */
static bool has_callback(const struct model_exchange *e)
{
    return e->manner != OFFER_NO_RELEASE;
}

/* Chooses between the rules of the two protocols. */
static uint16_t rule_for(int kind, uint16_t dlpack, uint16_t arrow)
{
    return struct_is_dlpack(kind) ? dlpack : arrow;
}

static void predict_offer(const struct model_arg *args, struct prediction *p)
{
    int kind = kind_of(&args[0]);
    predict_success(p, 1, rule_for(kind, RULE_DLPACK_6, RULE_ARROW_5));
}

static void predict_take(const struct model *model,
                         const struct model_arg *args, struct prediction *p)
{
    int kind = kind_of(&args[1]);
    if (kind == NOTHING || !capsule_in(model, &args[0])) {
        predict_failure(
            p, -1, rule_for(kind, RULE_DLPACK_4, RULE_ARROW_5),
            EXCEPTION_VALUE_ERROR,
            "PyCapsule_GetPointer called with invalid PyCapsule object");
        return;
    }
    int accepted = accepted_kind(model, args[0].capsule, kind);
    const struct model_exchange *e = find_exchange(model, args[0].capsule);
    if (accepted == NOTHING) {
        predict_failure(p, -1, rule_for(kind, RULE_DLPACK_4, RULE_ARROW_5),
                        EXCEPTION_VALUE_ERROR,
                        "PyCapsule_GetPointer called with incorrect name");
    } else if (e && accepted == STRUCT_DLTENSOR_VERSIONED &&
               e->manner == OFFER_NEXT_VERSION) {
        predict_failure(p, -1, RULE_DLPACK_7, EXCEPTION_RUNTIME_ERROR, NULL);
    } else if (e && e->marked) {
        predict_failure(p, -1, RULE_ARROW_6, EXCEPTION_VALUE_ERROR, NULL);
    } else {
        predict_success(p, 1, rule_for(kind, RULE_DLPACK_1, RULE_ARROW_1));
    }
}

/* Predicts how often the resource of the handle is released, after its struct
 * is released too. */
static void predict_release(const struct model *model,
                            const struct model_handle *handle,
                            uint16_t dlpack_rule, uint16_t arrow_rule,
                            struct prediction *p)
{
    const struct model_exchange *e = in_handle(model, handle);
    if (e == NULL) {
        predict_success(p, 0, RULE_DLPACK_2);
        return;
    }
    bool releases =
        handle->full && has_callback(e) &&
        !(handle->in_place && !struct_is_dlpack(e->kind) && e->marked);
    predict_success(p, e->released || releases,
                    rule_for(e->kind, dlpack_rule, arrow_rule));
}

static void predict_hostile_take(const struct model *model,
                                 const struct model_arg *args,
                                 struct prediction *p)
{
    const struct model_exchange *e = find_exchange(model, args[0].capsule);
    uint16_t rule =
        rule_for(e ? e->kind : NOTHING, RULE_DLPACK_2, RULE_ARROW_2);
    switch (way_of(&args[1])) {
    case HOSTILE_FORGET:
    case HOSTILE_GIVE_BACK:
    case HOSTILE_RAISE:
        predict_failure(p, -1, rule, EXCEPTION_KEY_ERROR, NULL);
        break;
    default:
        predict_success(p, 0, rule);
        break;
    }
}

static void predict_end(const struct model *model, const struct model_arg *args,
                        struct prediction *p)
{
    const struct model_exchange *e = find_exchange(model, args[0].capsule);
    if (e == NULL) {
        predict_success(p, 0, RULE_DLPACK_3);
        return;
    }
    bool releases = is_in_capsule(model, e) && has_callback(e);
    predict_success(p, e->released || releases,
                    rule_for(e->kind, RULE_DLPACK_3, RULE_ARROW_4));
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    const struct model_protocols *protocols = &model->protocols;
    switch ((enum call_op)call->op) {
    case CALL_OFFER_STRUCT:
    case CALL_HOSTILE_OFFER:
        predict_offer(args, p);
        break;
    case CALL_TAKE_STRUCT:
        predict_take(model, args, p);
        break;
    case CALL_RELEASE_STRUCT:
        predict_release(model, &protocols->taken[args[0].number % HANDLES],
                        RULE_DLPACK_5, RULE_ARROW_2, p);
        break;
    case CALL_HOSTILE_TAKE:
        predict_hostile_take(model, args, p);
        break;
    case CALL_HOSTILE_RELEASE:
        predict_release(model, &protocols->kept[args[0].number % HANDLES],
                        RULE_DLPACK_2, RULE_ARROW_7, p);
        break;
    default: /* CALL_END_EXCHANGE */
        predict_end(model, args, p);
        break;
    }
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call; /* only offers allocate */
    predict_no_memory(p, 0, p->rule);
}

/* --- the state afterwards ------------------------------------------------- */

static void name_capsule(struct model *model, int capsule, const char *name,
                         uint16_t rule)
{
    struct model_address address = {(uintptr_t)name, NOTHING, NOTHING};
    set_field(model, capsule, FIELD_NAME, &address, rule);
}

/* Marks the struct in the capsule as taken. */
static void mark(struct model *model, struct model_exchange *e, uint16_t rule)
{
    if (struct_is_dlpack(e->kind)) {
        name_capsule(model, e->capsule, taken_name[e->kind], rule);
    } else {
        e->marked = true;
    }
}

static void take(struct model *model, const struct model_arg *args)
{
    int id = exchange_of(model, args[0].capsule);
    model->protocols.taken[args[2].number] =
        (struct model_handle){.exchange = (int16_t)id, .full = true};
    mark(model, &model->protocols.exchange[id], RULE_DLPACK_1);
}

static void release(struct model *model, struct model_handle *handle,
                    bool happens)
{
    if (!handle->full) {
        return;
    }
    struct model_exchange *e = &model->protocols.exchange[handle->exchange];
    e->released = happens;
    /* The callback marks the struct that it gets. */
    e->marked = e->marked || (handle->in_place && !struct_is_dlpack(e->kind));
    handle->full = false;
}

static void hostile_take(struct model *model, const struct model_arg *args)
{
    int id = exchange_of(model, args[0].capsule);
    struct model_exchange *e = &model->protocols.exchange[id];
    struct model_handle *kept = &model->protocols.kept[args[2].number];
    bool dlpack = struct_is_dlpack(e->kind);
    int way = way_of(&args[1]);

    switch (way) {
    case HOSTILE_KEEP:
    case HOSTILE_MOVE:
    case HOSTILE_HOLD:
        *kept = (struct model_handle){
            .exchange = (int16_t)id,
            .full = true,
            .in_place = way == HOSTILE_HOLD || (way == HOSTILE_KEEP && dlpack)};
        break;
    case HOSTILE_RELEASE:
        e->released = true;
        e->marked = !dlpack;
        break;
    case HOSTILE_COPY:
    case HOSTILE_TWICE:
        e->released = true;
        break;
    default:
        break;
    }
    if (way == HOSTILE_KEEP || way == HOSTILE_MOVE || way == HOSTILE_TWICE ||
        way == HOSTILE_FORGET) {
        mark(model, e, RULE_SETN_2);
    }
    if (way == HOSTILE_GIVE_BACK && dlpack) {
        name_capsule(model, e->capsule, offered_name[e->kind], RULE_SETN_2);
    }
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    struct model_protocols *protocols = &model->protocols;
    switch ((enum call_op)call->op) {
    case CALL_TAKE_STRUCT:
        if (!prediction->fails) {
            take(model, args);
        }
        break;
    case CALL_RELEASE_STRUCT:
        release(model, &protocols->taken[args[0].number],
                prediction->value != 0);
        break;
    case CALL_HOSTILE_TAKE:
        hostile_take(model, args);
        break;
    case CALL_HOSTILE_RELEASE:
        if (protocols->kept[args[0].number].full) {
            release(model, &protocols->kept[args[0].number],
                    prediction->value != 0);
            protocols->kept[args[0].number].exchange = NOTHING;
        }
        break;
    case CALL_END_EXCHANGE: {
        struct model_exchange *e =
            &protocols->exchange[exchange_of(model, args[0].capsule)];
        e->released = prediction->value != 0;
        e->ended = true;
        e->capsule = NOTHING;
        break;
    }
    default:
        break;
    }
}

/* The capsule of a new exchange, as PyCapsule_New() would have made it. */
static void created(struct model *model, const struct call *call, int kind,
                    uintptr_t got)
{
    struct model_arg args[MAX_ARGS] = {
        {.tag = VALUE_PAYLOAD,
         .value = {model->protocols.offered, NOTHING, NOTHING}},
        {.value = {(uintptr_t)offered_name[kind], NOTHING, NOTHING}},
        {.tag = VALUE_DESTRUCTOR, .index = DESTRUCTOR_end_exchange},
    };
    model_created(model, call->result, (const void *)got, args);
    model->capsule[model->capsule_count - 1].rule[FIELD_NAME] =
        rule_for(kind, RULE_DLPACK_6, RULE_ARROW_5);
}

static void made(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got)
{
    if (CALLS[call->op].nature != NATURE_CREATES || got == 0) {
        return;
    }
    int kind = kind_of(&args[0]);
    int manner = manner_of(call, &args[1]);
    created(model, call, kind, got);
    model->protocols.exchange[model->protocols.count++] =
        (struct model_exchange){
            .kind = (uint8_t)kind,
            .manner = (uint8_t)manner,
            .hostile = call->op == CALL_HOSTILE_OFFER,
            .capsule = (int16_t)(model->capsule_count - 1),
            .marked = manner == OFFER_NO_RELEASE && !struct_is_dlpack(kind),
        };
}

const struct model_family model_family_protocols = {
    .reset = reset,
    .predict = predict,
    .permits = model_permits_protocols,
    .no_memory = no_memory,
    .apply = apply,
    .made = made,
};
