/* Allocation failures in a GoogleTest case of this project. */
#ifndef FUZZ_PROGRAM_C_GTEST_ALLOCATIONS_H
#define FUZZ_PROGRAM_C_GTEST_ALLOCATIONS_H

#include <stddef.h>

#include "capsule/host.h"

/* Makes the n-th allocation from now fail and, if `for_good`, all later ones.
 * With n = 0, no allocation fails. */
static void fail_allocations(size_t n, int for_good)
{
    host_fail_allocation(n,
                         for_good ? HOST_FAIL_FROM_THERE_ON : HOST_FAIL_ONCE);
}

#endif
