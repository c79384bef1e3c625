/* Functions between the files of the family of modules: import.c predicts its
 * calls, permit_modules.c checks the demands on callers. Private to the
 * model. */
#ifndef FUZZ_MODEL_IMPORTS_H
#define FUZZ_MODEL_IMPORTS_H

#include "fuzz/model/model.h"

void model_predict_modules(const struct model *model, const struct call *call,
                           const struct model_arg *args,
                           struct prediction *prediction);
bool model_permits_modules(const struct model *model, const struct call *call,
                           const struct model_arg *args,
                           const struct prediction *prediction);

#endif
