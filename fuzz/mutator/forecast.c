#include "fuzz/mutator/forecast.h"

#include <string.h>

#include "capsule/profile.h"
#include "fuzz/mutator/family.h"

/* The forecast ignores profile differences and assumes immediate destruction,
 * which predicts more. */
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
    return (struct characters){bytes, bytes ? (uint32_t)strlen(bytes) : 0};
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

bool forecast_permits_args(const struct forecast *f, enum call_op op,
                           const struct model_arg *args)
{
    struct call call = {.op = (uint8_t)op};
    struct prediction prediction;

    model_predict(&f->model, &call, args, &prediction);
    return model_permits(&f->model, &call, args, &prediction);
}

/* --- what calls do -------------------------------------------------------- */

/* Decides if an allocation of the call fails, from an estimated number of
 * allocations. */
static void guess_failure(struct forecast *f, struct step *step)
{
    unsigned count = model_allocations(step->call, &step->prediction);
    if (f->fail_at > count) {
        f->fail_at -= count;
    } else if (count > 0) {
        f->fail_at = f->fails_on;
        model_predict_no_memory(step->call, &step->prediction);
    }
}

static bool begin(void *self, struct step *step)
{
    struct forecast *f = self;
    if (!model_permits(&f->model, step->call, step->args, &step->prediction)) {
        return false;
    }
    if (f->fail_at > 0) {
        guess_failure(f, step);
    }
    return true;
}

static uintptr_t perform(void *self, struct step *step)
{
    const struct mutator_family *family = family_of(step->call->op);
    return family->perform ? family->perform(self, step)
                           : step->prediction.value;
}

static void owes_destructor(void *self, const struct step *step, int id)
{
    (void)step;
    struct forecast *f = self;
    const struct model_capsule *capsule = &f->model.capsule[id];
    int behaviour = capsule->destructor;
    model_enter_destructor(&f->model, capsule->handle);
    forecast_run_destructor(f, behaviour);
}

static const struct performer FORECAST = {
    .begin = begin,
    .perform = perform,
    .owes_destructor = owes_destructor,
};

void forecast_run_destructor(struct forecast *f, int behaviour)
{
    model_run_destructor(&f->model, &FORECAST, f, behaviour);
    model_leave_destructor(&f->model);
}

void forecast_run_inside(struct forecast *f, unsigned module)
{
    int behaviour = model_enter_inside(&f->model, module);
    if (behaviour != NOTHING) {
        model_run_destructor(&f->model, &FORECAST, f, behaviour);
        model_leave_inside(&f->model, module);
    }
}

/* Collects the sign bits: NOTHING is negative, ids are not. */
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
    if (!model_step(&f->model, &FORECAST, f, f->program, call)) {
        return false;
    }
    f->slots[RESULT_CAPSULE] = mask_of(f->model.capsule_slot);
    f->slots[RESULT_PAYLOAD] = mask_of(f->model.block_slot);
    f->slots[RESULT_BUFFER] = mask_of(f->model.block_slot + SLOTS);
    return true;
}
