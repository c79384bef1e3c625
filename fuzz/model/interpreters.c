/* Several interpreters. The contract says: each interpreter has its own modules
 * (SUB-2) with their own state (MODST-1); all interpreters may share one table
 * (SUB-1); when an interpreter ends, its published capsules are destroyed at a
 * time when imports are no longer possible (DTOR-10). The error indicator
 * belongs to the interpreter that the thread is in. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"
#include "fuzz/model/state.h"

const char model_shared_name[] = "here.cap";

static const struct model_interpreter *current(const struct model *model)
{
    return &model->interpreter[model->current];
}

static void reset(struct model *model)
{
    for (int i = 0; i < INTERPRETERS; i++) {
        model->interpreter[i] = (struct model_interpreter){.shared = NOTHING};
    }
    model->interpreter[0].runs = true;
    model->current = 0;
    model->ending = false;
}

/* --- which interpreter ---------------------------------------------------- */

int model_free_interpreter(const struct model *model)
{
    int i = 1;
    while (i < INTERPRETERS && model->interpreter[i].runs) {
        i++;
    }
    return i < INTERPRETERS ? i : NOTHING;
}

int model_next_interpreter(const struct model *model)
{
    int i = model->current;
    do {
        i = (i + 1) % INTERPRETERS;
    } while (!model->interpreter[i].runs);
    return i;
}

/* Moves the thread to the interpreter. Each interpreter has its own error
 * indicator. */
static void enter(struct model *model, int id)
{
    model->interpreter[model->current].error = model->error;
    model->current = (uint8_t)id;
    model->error = model->interpreter[id].error;
}

/* --- permits -------------------------------------------------------------- */

/* False within a destructor, while an exception is saved (an exception must not
 * move to another interpreter), and in any thread but the first. */
static bool may_leave(const struct model *model)
{
    return model->frame_count == 1 && !model->frame[0].has_saved &&
           model->thread == 0;
}

/* False while an exception is pending. */
static bool may_import(const struct model *model)
{
    return model->frame_count == 1 && !model->error.set;
}

static bool may_be_shared(const struct model *model, int id)
{
    return id != NOTHING && model->capsule[id].life == LIFE_ALIVE &&
           !behaviour_uses(model->capsule[id].destructor, CALL_FREE_NAME_OF);
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_START_INTERPRETER:
        return may_leave(model) && model_free_interpreter(model) != NOTHING;
    case CALL_NEXT_INTERPRETER:
        return may_leave(model) &&
               model_next_interpreter(model) != model->current;
    case CALL_END_INTERPRETER:
        return may_leave(model) && model->current != 0 && !model->error.set;
    case CALL_SHARE:
        return may_import(model) && may_be_shared(model, args[0].capsule);
    case CALL_UNSHARE:
        return may_import(model);
    case CALL_IMPORT_SHARED:
        return !model->error.set;
    default: /* CALL_SET_STATE, CALL_GET_STATE */
        return may_import(model);
    }
}

/* --- predict -------------------------------------------------------------- */

/* Returns the pointer that import_shared() finds, or 0. */
static uintptr_t find_shared(const struct model *model)
{
    int id = current(model)->shared;
    if (model->ending || id == NOTHING) {
        return 0;
    }
    const struct model_address *field = model->capsule[id].field;
    return model_names_match((const char *)field[FIELD_NAME].address,
                             model_shared_name)
               ? field[FIELD_POINTER].address
               : 0;
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)args;
    predict_success(p, 0, RULE_SUB_2);
    p->indicator_rule = RULE_SUB_2;
    switch ((enum call_op)call->op) {
    case CALL_END_INTERPRETER:
        p->rule = RULE_DTOR_10;
        break;
    case CALL_IMPORT_SHARED:
        p->value = find_shared(model);
        p->rule = p->indicator_rule = model->ending ? RULE_DTOR_10 : RULE_SUB_2;
        break;
    case CALL_SET_STATE:
        p->rule = p->indicator_rule = RULE_MODST_1;
        break;
    case CALL_GET_STATE:
        p->value = current(model)->state;
        p->rule = p->indicator_rule = RULE_MODST_1;
        break;
    default:
        break;
    }
}

/* --- apply ---------------------------------------------------------------- */

/* Publishes the capsule, or nothing, in place of the former one, whose
 * reference is given back. */
static void publish(struct model *model, int id)
{
    struct model_interpreter *here = &model->interpreter[model->current];
    int former = here->shared;
    here->shared = (int16_t)id;
    here->has_module = id != NOTHING;
    if (id != NOTHING) {
        model->capsule[id].held++;
    }
    if (former != NOTHING) {
        model_give_back(model, former);
    }
}

/* share() renames the capsule: the import compares the name. */
static void rename_shared(struct model *model, int id)
{
    struct model_address name = {(uintptr_t)model_shared_name, NOTHING,
                                 NOTHING};
    set_field(model, id, FIELD_NAME, &name, RULE_SETN_2);
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    (void)prediction;
    struct model_interpreter *here = &model->interpreter[model->current];
    switch ((enum call_op)call->op) {
    case CALL_START_INTERPRETER: {
        int id = model_free_interpreter(model);
        model->interpreter[id] =
            (struct model_interpreter){.runs = true, .shared = NOTHING};
        enter(model, id);
        break;
    }
    case CALL_NEXT_INTERPRETER:
        enter(model, model_next_interpreter(model));
        break;
    case CALL_END_INTERPRETER:
        model->ending = true;
        publish(model, NOTHING);
        break;
    case CALL_SHARE:
        rename_shared(model, args[0].capsule);
        publish(model, args[0].capsule);
        break;
    case CALL_UNSHARE:
        publish(model, NOTHING);
        break;
    case CALL_SET_STATE:
        here->state = args[0].number;
        here->has_state = true;
        break;
    case CALL_GET_STATE:
        here->has_state = true; /* both calls import the module */
        break;
    default:
        break;
    }
}

/* end_interpreter() returns the thread to the main interpreter. */
static void finish(struct model *model, const struct call *call)
{
    if (call->op != CALL_END_INTERPRETER) {
        return;
    }
    int ended = model->current;
    model->ending = false;
    enter(model, 0);
    model->interpreter[ended].runs = false;
}

const struct model_family model_family_interpreters = {
    .reset = reset,
    .predict = predict,
    .permits = permits,
    .apply = apply,
    .finish = finish,
};
