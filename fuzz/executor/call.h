/* Makes the calls of programs. */
#ifndef FUZZ_EXECUTOR_CALL_H
#define FUZZ_EXECUTOR_CALL_H

#include "fuzz/model/step.h"

/* Makes the steps of a call on the implementation and compares the results. */
extern const struct performer EXECUTOR;

/* Makes one call of the current level's program, or a call that cleans up. */
void execute_call(const struct call *call);

/* Makes the call with the family's perform(). Allocations fail as the program
 * has requested; a failure changes the prediction. Returns the result. */
uintptr_t perform_with_failures(struct step *step);

/* Gives back what the program still owns, by the calls that a program has. */
void clean_up(void);

#endif
