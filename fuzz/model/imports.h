/* The two larger parts of the family of modules: what its calls must give
 * (import.c), and what callers may do (permit_modules.c). Private to the
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
