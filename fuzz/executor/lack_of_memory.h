/* Decides which allocations of the implementation fail. */
#ifndef FUZZ_EXECUTOR_LACK_OF_MEMORY_H
#define FUZZ_EXECUTOR_LACK_OF_MEMORY_H

#include "capsule/host.h"

/* Makes the n-th allocation from now on fail; 0: no allocation fails. */
void fail_allocations(size_t nth, enum host_failure how);

/* Surround the implementation's work for a call. In between, allocations are
 * counted and fail as requested. Outside, the executor's own requests to the
 * implementation get all the memory that they need. */
void allocations_begin(void);
void allocations_end(void);

#endif
