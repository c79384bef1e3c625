/* The contract's demands on callers: conditions that several families check
 * before they permit a call. Private to the model. */
#ifndef FUZZ_MODEL_CALLERS_H
#define FUZZ_MODEL_CALLERS_H

#include "fuzz/model/model.h"

static inline const struct model_frame *current_frame(const struct model *model)
{
    return &model->frame[model->frame_count - 1];
}

/* True in a destructor, and in code of a module that an import runs. */
static inline bool in_destructor(const struct model *model)
{
    return model->frame_count > 1;
}

/* True if the argument is a capsule whose references the program may change. */
static inline bool is_alive(const struct model *model,
                            const struct model_arg *arg)
{
    return arg->capsule != NOTHING &&
           model->capsule[arg->capsule].life == LIFE_ALIVE;
}

/* True if the argument is the capsule whose destructor is running. */
static inline bool is_self(const struct model *model,
                           const struct model_arg *arg)
{
    return arg->capsule != NOTHING &&
           arg->capsule == current_frame(model)->capsule;
}

/* True if one more nested destructor may start. */
static inline bool has_room_for_destructors(const struct model *model)
{
    enum { DESTRUCTORS_OF_DESTRUCTORS = 4 };
    return model->frame_count < MAX_FRAMES - DESTRUCTORS_OF_DESTRUCTORS;
}

/* True if the capsule, with this destructor and this name, may have the address
 * as its pointer. A payload that a destructor frees must belong to one capsule
 * only; a capsule that offers a struct keeps it. `capsule` is NOTHING for a
 * capsule that does not exist yet. */
bool pointer_fits(const struct model *model, int capsule,
                  const struct model_address *address, int behaviour,
                  const struct model_address *name);

/* True if the capsule, with this destructor, may have the address as its name.
 * A name must live as long as a capsule uses it; a name that a destructor frees
 * must belong to one capsule only. */
bool name_fits(const struct model *model, int capsule,
               const struct model_address *address, int behaviour);

/* True if the program may free the argument's block. */
bool may_free(const struct model *model, const struct model_arg *arg);

#endif
