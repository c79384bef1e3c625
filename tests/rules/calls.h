// Tables with every call of the capsule API, as calls that succeed and as calls
// that fail. Tests of rules about all functions loop over these tables.
#ifndef TESTS_RULES_CALLS_H
#define TESTS_RULES_CALLS_H

#include <Python.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/rules/wrong_objects.h"

namespace rules {

struct Call {
    std::string text; // what SCOPED_TRACE shows
    // Makes the call. Returns true if the returned value means failure.
    std::function<bool()> fails;
    // The type of the exception that the call raises; NULL if the call
    // succeeds.
    PyObject *exception;
    std::string message;
};

// Two capsules: in the first all four fields are set, the second has only a
// pointer. The calls of the tables do not change them.
class SampleCapsules {
  public:
    SampleCapsules();
    ~SampleCapsules();

    PyObject *full() const { return full_; }
    PyObject *bare() const { return bare_; }

    // Succeeds if every field still has the value that the constructor gave it.
    ::testing::AssertionResult Unchanged() const;

  private:
    PyObject *full_;
    PyObject *bare_;
};

// Successful calls that return a status, or a value that is NULL only on
// failure.
std::vector<Call> SuccessfulCalls(const SampleCapsules &samples);

// Successful calls whose result is NULL or 0 (GETD-2, VAL-3, ...). Here `fails`
// returns true if the result is another value.
std::vector<Call> SuccessfulCallsThatReturnNull(const SampleCapsules &samples,
                                                const WrongObjects &wrong);

// Failing calls: every way to fail, with every message of the API.
std::vector<Call> FailingCalls(const SampleCapsules &samples,
                               const WrongObjects &wrong);

// PyCapsule_SetPointer(not a capsule, NULL) breaks two rules. Returns the
// message of the rule that the profile checks first (ERR-4).
const char *MessageOfSetPointerWithTwoErrors();

} // namespace rules

#endif
