/* Calls, as the executor makes them. */
#ifndef FUZZ_EXECUTOR_CALL_H
#define FUZZ_EXECUTOR_CALL_H

#include "fuzz/model/step.h"

/* Makes the steps of a call by the implementation, and compares. */
extern const struct performer EXECUTOR;

/* Makes one call of the current level's program, or one that cleans up. */
void execute_call(const struct call *call);

/* Gives back what the program still holds, as the program itself would. */
void clean_up(void);

#endif
