/* The part of the model that knows of interpreters: which run, what each has
 * published, the state of its module. Private to the model. */
#ifndef FUZZ_MODEL_INTERPRETER_H
#define FUZZ_MODEL_INTERPRETER_H

#include "fuzz/model/model.h"

void interpreters_reset(struct model *model);

/* As model_permits(), model_predict() and model_apply(), for the calls about
 * interpreters; false from the first and no effect for all others. */
bool interpreters_permit(const struct model *model, const struct call *call,
                         const struct model_arg *args);
void interpreters_predict(const struct model *model, const struct call *call,
                          struct prediction *prediction);
void interpreters_apply(struct model *model, const struct call *call,
                        const struct model_arg *args);

/* --- apply.c -------------------------------------------------------------- */

/* A reference that is neither the program's nor a cycle's was given back. */
void model_give_back(struct model *model, int capsule);

#endif
