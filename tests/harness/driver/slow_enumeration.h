// The programs of one and two calls, enumerated as texts: slow, and without any
// code of the walk of tools/exhaust.
#ifndef TESTS_HARNESS_DRIVER_SLOW_ENUMERATION_H
#define TESTS_HARNESS_DRIVER_SLOW_ENUMERATION_H

#include <set>
#include <string>
#include <vector>

using Texts = std::vector<std::string>;

// Returns the keys of all programs of one and two calls that the executor
// permits. The executor must have been started.
std::set<std::string> SlowEnumeration();

// Returns the same text for all programs that differ only in the numbers of
// their slots. While no capsule exists, the numbers of the capsule slots mean
// nothing.
std::string KeyOf(const Texts &calls);

// Returns the calls of a program without the allocations.
Texts CallsOf(const std::string &program);

// True if the slow enumeration knows all destructors of the call.
bool IsInSlowAlphabet(const std::string &call);

#endif
