/* The calls about interpreters, as the executor performs them. */
#ifndef FUZZ_EXECUTOR_INTERPRETERS_H
#define FUZZ_EXECUTOR_INTERPRETERS_H

#include "fuzz/executor/run.h"

/* Not every implementation has what these calls need; tools/conformance links
 * tools/commands/conformance/worker/no_interpreters.c then. */
extern const bool has_interpreters;

/* What comes back of such a call; the state of the model is the one after it.
 */
uintptr_t perform_in_interpreters(const struct call *call,
                                  const struct model_arg *args);

/* Takes the module "state" of the main interpreter away; others have ended. */
void forget_state(void);

#endif
