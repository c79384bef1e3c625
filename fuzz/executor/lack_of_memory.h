/* Allocations of the implementation that fail, and in which call. */
#ifndef FUZZ_EXECUTOR_LACK_OF_MEMORY_H
#define FUZZ_EXECUTOR_LACK_OF_MEMORY_H

#include "capsule/host.h"

/* Makes the n-th allocation from here on fail; 0: none. */
void fail_allocations(size_t nth, enum host_failure how);

/* Around what the implementation does for a call: in between, allocations are
 * counted and fail. What the executor itself asks of the implementation gets
 * all the memory that it needs. */
void allocations_begin(void);
void allocations_end(void);

#endif
