/* The choices of a step on a machine, for the files that build its state. */
#ifndef TESTS_STEPS_MACHINE_INPUT_H
#define TESTS_STEPS_MACHINE_INPUT_H

#include <stdint.h>

/* The next byte of the input of the step. */
uint8_t input_byte(void);
/* A number from 0 to limit - 1; limit is at most 256. */
int input_below(int limit);
/* The report of a failure shows `what`, which is borrowed, with the value. */
void input_tell(const char *what, uintptr_t value);

#endif
