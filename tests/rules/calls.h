// Every call of the capsule API, as a table: once so that it succeeds, once so
// that it fails. Rules about all functions run through these tables.
#ifndef TESTS_RULES_CALLS_H
#define TESTS_RULES_CALLS_H

#include <Python.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/rules/wrong_objects.h"

namespace rules {

struct Call {
    std::string text; // for SCOPED_TRACE
    // Makes the call. True when the value that it returned says "failed".
    std::function<bool()> fails;
    // What the call raises; NULL for a call that succeeds.
    PyObject *exception;
    std::string message;
};

// A capsule whose four fields are all set, and one that has only a pointer.
// The calls of the tables leave both as they are.
class SampleCapsules {
  public:
    SampleCapsules();
    ~SampleCapsules();

    PyObject *full() const { return full_; }
    PyObject *bare() const { return bare_; }

    // Every field is what the construction made it.
    ::testing::AssertionResult Unchanged() const;

  private:
    PyObject *full_;
    PyObject *bare_;
};

// Calls that return a value which is NULL only on failure, or a status.
std::vector<Call> SuccessfulCalls(const SampleCapsules &samples);

// Calls whose NULL or 0 is a result, not a failure (GETD-2, VAL-3, ...);
// `fails` is true when the result is another one.
std::vector<Call> SuccessfulCallsThatReturnNull(const SampleCapsules &samples,
                                                const WrongObjects &wrong);

// Every way to fail, with every message of the API.
std::vector<Call> FailingCalls(const SampleCapsules &samples,
                               const WrongObjects &wrong);

// PyCapsule_SetPointer(not a capsule, NULL) breaks two rules at once: this is
// the message that wins in the profile (ERR-4).
const char *MessageOfSetPointerWithTwoErrors();

} // namespace rules

#endif
