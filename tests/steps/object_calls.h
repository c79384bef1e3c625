/* The functions that object.c calls: memory, MemoryError, and the report of a
 * misuse. */
#ifndef TESTS_STEPS_OBJECT_CALLS_H
#define TESTS_STEPS_OBJECT_CALLS_H

#include "tests/steps/step.h"

/* The size of the block that the step expects to be allocated. */
extern size_t wanted_size;
/* The number of blocks, and the block that was freed last. */
extern size_t blocks;
extern void *freed;
extern bool no_memory_is_raised;

/* The object of the step has a count of 0 or less. */
extern bool object_is_dying;

#endif
