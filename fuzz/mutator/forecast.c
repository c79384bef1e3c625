#include "fuzz/mutator/forecast.h"

#include <string.h>

#include "capsule/profile.h"

/* Of all that profiles differ in, only the time of destruction could matter
 * here, and to wait with it would say less: it is at once. */
static const struct profile AT_ONCE = {.name = "forecast", .has_cobject = true};

void forecast_start(struct forecast *f, const struct program *program)
{
    f->program = program;
    memset(f->slots, 0, sizeof f->slots);
    f->slots[3] = 0xff;
    f->text_size = 0;
    f->fail_at = 0;
    model_reset(&f->model, &AT_ONCE, false);
}

/* --- questions ------------------------------------------------------------ */

static struct characters characters_at(uintptr_t address)
{
    const char *bytes = (const char *)address;
    return (struct characters){bytes, bytes ? (uint16_t)strlen(bytes) : 0};
}

struct characters forecast_name_of(const struct model_capsule *capsule)
{
    return characters_at(capsule->field[FIELD_NAME].address);
}

struct characters forecast_text_of(const struct forecast *f, unsigned slot)
{
    return characters_at(
        f->model.block[f->model.block_slot[SLOTS + slot]].address);
}

const struct model_capsule *forecast_object_of(const struct forecast *f,
                                               const struct value *value)
{
    return value->tag == VALUE_CAPSULE && value->index < SLOTS &&
                   f->model.capsule_slot[value->index] != NOTHING
               ? &f->model.capsule[f->model.capsule_slot[value->index]]
               : NULL;
}

bool forecast_is_there(const struct forecast *f, const struct value *value)
{
    switch (value->tag) {
    case VALUE_CAPSULE:
    case VALUE_PAYLOAD:
    case VALUE_BUFFER:
        return value->index >= SLOTS ||
               f->slots[value->tag - VALUE_CAPSULE] >> value->index & 1;
    default:
        return true;
    }
}

bool forecast_permits(const struct forecast *f, const struct call *call)
{
    struct model_arg args[MAX_ARGS];
    struct prediction prediction;

    model_resolve(&f->model, f->program, call, args);
    model_predict(&f->model, call, args, &prediction);
    return model_permits(&f->model, call, args, &prediction);
}

/* --- what calls do -------------------------------------------------------- */

static bool perform(struct forecast *f, const struct program *program,
                    const struct call *call);

static void run_destructor(struct forecast *f, int behaviour)
{
    const struct program *program = behaviour_program(behaviour);

    for (unsigned i = 0; i < program->call_count; i++) {
        perform(f, program, &program->calls[i]);
    }
    model_leave_destructor(&f->model);
}

/* Whether the call that is being made must see the end of the capsule. */
static bool ends_now(const struct model *model, int id)
{
    const struct model_capsule *capsule = &model->capsule[id];
    return capsule->life == LIFE_DYING &&
           capsule->death_frame == model->frame_count;
}

static void finish_deaths(struct forecast *f)
{
    struct model *model = &f->model;

    for (int i = 0; i < model->capsule_count; i++) {
        const struct model_capsule *capsule = &model->capsule[i];
        if (ends_now(model, i) && capsule->owes_destructor &&
            !capsule->destructor_ran) {
            int behaviour = capsule->destructor;
            model_enter_destructor(model, capsule->handle);
            run_destructor(f, behaviour);
            i = -1; /* another may have come to its end by that */
        }
    }
    for (int i = 0; i < model->capsule_count; i++) {
        if (ends_now(model, i)) {
            model_destroyed(model, i);
        }
    }
}

/* The block's own copy of a literal. Where there is no room for it, edits are
 * not followed. */
static uintptr_t copy_name(struct forecast *f, const struct model_arg *literal)
{
    uint32_t size = literal->number + 1u;

    if (size > sizeof f->text - f->text_size) {
        return literal->value.address;
    }
    char *copy = f->text + f->text_size;
    memcpy(copy, (const char *)literal->value.address, size);
    f->text_size += size;
    return (uintptr_t)copy;
}

static void edit_name(struct forecast *f, const struct model_arg *args)
{
    uintptr_t at = args[0].value.address - (uintptr_t)f->text;
    if (at < sizeof f->text) {
        f->text[at + args[1].number] = (char)args[2].number;
    }
}

/* Nobody looks behind the addresses of payloads and capsules; they only have
 * to differ. */
static void make_payload(struct model *model, unsigned slot, size_t size)
{
    model_allocated(model, slot, model->block_count + 1u, size, false);
}

static void make_capsule(struct model *model, unsigned slot,
                         const struct model_arg *args)
{
    uintptr_t handle = model->capsule_count + 1u;
    model_created(model, slot, (const void *)handle, args);
}

/* How many allocations the call is likely to take. Only that PyCapsule_New()
 * takes one is certain. */
static unsigned allocations_of(const struct call *call,
                               const struct prediction *prediction)
{
    static const uint8_t usual[CALL_COUNT] = {
        [CALL_NEW] = 1,
        [CALL_RAISE] = 1,
        [CALL_REPR] = 2,
        [CALL_PRODUCE] = 12,
        [CALL_LEAVE_IN_CYCLE] = 2,
        [CALL_CALL_ENTRY] = 1,
        [CALL_ADD_OBJECT] = 1,
        [CALL_COBJECT_NEW] = 1,
        [CALL_COBJECT_IMPORT] = 3,
    };
    if (call->op == CALL_IMPORT) {
        return 3 + (prediction->fails ? 8 : 0) +
               (prediction->initialises ? 13 : 0);
    }
    if (is_module_call(call->op)) { /* there is memory for all the others */
        return usual[call->op];
    }
    return prediction->fails ? 2 /* text and exception */ : usual[call->op];
}

static void fail_allocation(struct forecast *f, const struct call *call,
                            struct prediction *prediction)
{
    unsigned count = allocations_of(call, prediction);

    if (is_about_interpreters(call->op)) {
        f->fail_at = 0;
    } else if (f->fail_at > count) {
        f->fail_at -= count;
    } else if (f->fail_at > 0 && count > 0) {
        f->fail_at = f->fails_on;
        model_predict_no_memory(call, prediction);
    }
}

static bool perform(struct forecast *f, const struct program *program,
                    const struct call *call)
{
    struct model *model = &f->model;
    struct model_arg args[MAX_ARGS];
    struct prediction prediction;

    model_resolve(model, program, call, args);
    model_predict(model, call, args, &prediction);
    if (!model_permits(model, call, args, &prediction)) {
        return false;
    }
    fail_allocation(f, call, &prediction);
    model_apply(model, call, args, &prediction);
    switch (call->op) {
    case CALL_PAYLOAD:
        make_payload(model, call->result, args[0].number);
        break;
    case CALL_TABLE:
        make_payload(model, call->result, args[2].number);
        model_table_made(model, args);
        break;
    case CALL_REALLOC:
        make_payload(model, call->result, args[1].number);
        break;
    case CALL_NAME:
        model_allocated(model, SLOTS + call->result, copy_name(f, &args[0]),
                        args[0].number, true);
        break;
    case CALL_EDIT:
        edit_name(f, args);
        break;
    case CALL_NEW:
        if (!prediction.fails) {
            make_capsule(model, call->result, args);
        }
        break;
    case CALL_COBJECT_NEW:
        if (!prediction.fails) {
            model_cobject_made(model, args);
        }
        break;
    case CALL_CALL_DESTRUCTOR:
        model_enter_by_hand(model, args[0].capsule);
        run_destructor(f, model->capsule[args[0].capsule].destructor);
        break;
    case CALL_LEAVE_IN_CYCLE:
        if (!prediction.fails) {
            model_left_in_cycle(model, args[0].capsule);
        }
        break;
    case CALL_FAIL_ALLOCATION:
    case CALL_FAIL_ALLOCATIONS_FROM:
        f->fail_at = args[0].number;
        f->fails_on = call->op == CALL_FAIL_ALLOCATIONS_FROM;
        break;
    default:
        break;
    }
    if (model->owed > 0) {
        finish_deaths(f);
    }
    if (call->op == CALL_COLLECT || is_module_call(call->op)) {
        model_collected(model);
    } else if (call->op == CALL_END_INTERPRETER) {
        model_interpreter_ended(model);
    }
    return true;
}

/* Sign bits: NOTHING is negative, all that is there is not. */
static uint8_t mask_of(const int16_t slots[SLOTS])
{
    uint8_t mask = 0;
    for (unsigned i = 0; i < SLOTS; i++) {
        mask |= (uint8_t)(((uint16_t)~slots[i] >> 15) << i);
    }
    return mask;
}

bool forecast_apply(struct forecast *f, const struct call *call)
{
    if (!perform(f, f->program, call)) {
        return false;
    }
    f->slots[RESULT_CAPSULE] = mask_of(f->model.capsule_slot);
    f->slots[RESULT_PAYLOAD] = mask_of(f->model.block_slot);
    f->slots[RESULT_BUFFER] = mask_of(f->model.block_slot + SLOTS);
    return true;
}
