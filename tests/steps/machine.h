/* Runs steps on a machine, on the implementation that is linked. */
#ifndef TESTS_STEPS_MACHINE_H
#define TESTS_STEPS_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* Starts the implementation, once, with that profile; NULL: its own choice.
 * Ends the process with status 2 if the implementation refuses. */
void machine_start(const char *profile);

/* The choices of the next step come from these bytes, which are borrowed; zeros
 * follow. */
void machine_read(const uint8_t *bytes, size_t size);
/* The choices of the next step come from a generator with that seed. */
void machine_seed(uint64_t seed);
/* The name of the step that begins, for the report. */
void machine_begin(const char *name);

/* The number of steps that a machine can run, and the name of each. */
int machine_steps(void);
const char *machine_step_name(int step);
/* Runs one step. Aborts with a report if the implementation breaks a rule. */
void machine_run(int step);

#endif
