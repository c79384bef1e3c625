// Runs an operation again and again and makes each of its allocations fail in
// turn.
#ifndef TESTS_REFERENCE_SWEEP_H
#define TESTS_REFERENCE_SWEEP_H

#include <functional>

namespace reference {

// An operation under test. Returns false with an exception if it fails.
using Operation = std::function<bool()>;

// Undoes the operation. Runs while no allocation fails.
using Cleanup = std::function<void()>;

// Makes each allocation of the operation fail, alone and then with all later
// ones. Fails the current test if the operation fails without a MemoryError,
// succeeds with an exception, leaves a block behind, or allocates nothing.
// Skips the test if the implementation cannot make an allocation fail.
void SweepBoth(const Operation &operation, const Cleanup &cleanup = [] {});

} // namespace reference

#endif
