/* Shows the state that a program has reached; see executor_run_and_look(). */
#ifndef FUZZ_EXECUTOR_LOOK_H
#define FUZZ_EXECUTOR_LOOK_H

/* Calls the function of executor_run_and_look(), if that runs the program. */
void look_at_state(void);

#endif
