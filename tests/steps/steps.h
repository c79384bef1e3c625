/* The steps, one function each; steps.def lists them. */
#ifndef TESTS_STEPS_STEPS_H
#define TESTS_STEPS_STEPS_H

/* Begins the step of a function of the C API. */
#define STEP(function) void step_##function(void)

#endif
