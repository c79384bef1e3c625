#include "tests/reference/sweep.h"

#include <string>

#include "tests/rules/support.h"

namespace reference {

namespace {

// Checks the outcome after an allocation failed: a failure must have a
// MemoryError; a success must have no exception, because the operation did not
// need the memory.
void ExpectResultOrMemoryError(bool succeeded)
{
    if (succeeded) {
        EXPECT_TRUE(rules::NothingRaised());
    } else {
        EXPECT_TRUE(PyErr_ExceptionMatches(PyExc_MemoryError));
        PyErr_Clear();
    }
}

// Repeats the operation and makes each of its allocations fail in turn, until
// no allocation fails. Returns the number of allocations.
size_t Sweep(const Operation &operation, const Cleanup &cleanup,
             host_failure how)
{
    for (size_t nth = 1;; nth++) {
        SCOPED_TRACE("allocation " + std::to_string(nth));
        size_t before = host_live_blocks();
        host_fail_allocation(nth, how);
        bool succeeded = operation();
        size_t tried = host_allocations();
        host_fail_allocation(0, HOST_FAIL_ONCE);
        ExpectResultOrMemoryError(succeeded);
        cleanup();
        host_collect();
        if (host_keeps_nothing()) {
            EXPECT_EQ(host_live_blocks(), before);
        }
        if (tried < nth || ::testing::Test::HasFailure()) {
            EXPECT_EQ(succeeded, tried < nth);
            return tried;
        }
    }
}

} // namespace

void SweepBoth(const Operation &operation, const Cleanup &cleanup)
{
    if (!host_fail_allocation(0, HOST_FAIL_ONCE)) {
        GTEST_SKIP() << "the implementation cannot make an allocation fail";
    }
    size_t once, on;
    {
        SCOPED_TRACE("fails alone");
        once = Sweep(operation, cleanup, HOST_FAIL_ONCE);
    }
    {
        SCOPED_TRACE("fails with all later ones");
        on = Sweep(operation, cleanup, HOST_FAIL_FROM_THERE_ON);
    }
    EXPECT_GT(once, 0u) << "nothing was allocated";
    EXPECT_EQ(once, on);
    ::testing::Test::RecordProperty("allocations", static_cast<int>(once));
}

} // namespace reference
