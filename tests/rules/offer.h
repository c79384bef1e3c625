// A lack of memory while a struct is offered in a capsule, for the tests of
// DLPack and Arrow.
#ifndef TESTS_RULES_OFFER_H
#define TESTS_RULES_OFFER_H

#include <functional>

#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace rules {

// Makes each allocation of offer() fail in turn, until offer() returns a
// capsule. A failed offer must leave the struct to the caller: it must not
// count in `released`, and still_there() must be true.
inline void FailEachAllocationOfAnOffer(
    const std::function<PyObject *()> &offer, const int &released,
    const std::function<bool()> &still_there = [] { return true; })
{
    for (size_t nth = 1;; nth++) {
        ASSERT_LT(nth, 1000u);
        if (!host_fail_allocation(nth, HOST_FAIL_ONCE)) {
            GTEST_SKIP() << "the host cannot make allocations fail";
        }
        PyObject *capsule = offer();
        host_fail_allocation(0, HOST_FAIL_ONCE);
        if (capsule) {
            EXPECT_GT(nth, 1u);
            Drop(capsule);
            EXPECT_EQ(released, 1);
            return;
        }
        EXPECT_TRUE(Raised(PyExc_MemoryError));
        EXPECT_EQ(released, 0);
        EXPECT_TRUE(still_there());
    }
}

} // namespace rules

#endif
