// The fixture of the rule tests, and assertions about the error indicator.
//
// Rule tests are plain C API calls against <Python.h>: the same source runs on
// every implementation. No test looks inside an object.
#ifndef TESTS_RULES_SUPPORT_H
#define TESTS_RULES_SUPPORT_H

#include <Python.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capsule/contract.h"
#include "capsule/host.h"

namespace rules {

// Succeeds if the exception of `type` with exactly this message is pending.
// Takes the exception away. Type and message are of the level `observed`: a
// profile without observed rules accepts any exception. A failure names ERR-5.
::testing::AssertionResult Raised(PyObject *type, const std::string &message);

// The same, for a message that differs between versions: accepts any message.
::testing::AssertionResult Raised(PyObject *type);

// Expects that the object has this number of references. With deferred
// destruction the count is not checked, because the implementation may hold
// references of its own.
#define EXPECT_REFERENCES(object, count)                                       \
    do {                                                                       \
        if (!host_profile()->deferred_destruction) {                           \
            EXPECT_EQ(Py_REFCNT(object), count);                               \
        }                                                                      \
    } while (0)

// The end of the message of a shared assertion: the rule that the assertion is
// about, in brackets. tools/conformance reads it.
std::string About(contract_rule rule);

// Skips a test of an observed rule in profiles without observed rules.
#define ONLY_WHERE_OBSERVED_RULES_APPLY()                                      \
    do {                                                                       \
        if (!host_profile()->observed_rules) {                                 \
            GTEST_SKIP() << "not a rule of profile " << host_profile()->name;  \
        }                                                                      \
    } while (0)

// Succeeds if no exception is pending. Takes a pending exception away, so that
// one failure does not become many.
::testing::AssertionResult NothingRaised();

// Sets a KeyError. Tests use it to see what a call does to an exception that
// was pending before.
class PendingException {
  public:
    PendingException();
    ~PendingException();

    // Succeeds if the exception of the constructor is pending, compared by
    // identity; takes the exception away.
    ::testing::AssertionResult StillPending();

    // The exception, pending or not; borrowed.
    PyObject *exception() const { return exception_; }

  private:
    PyObject *exception_;
};

// One run of a destructor, as `LogDestructor` saw it.
struct DestructorCall {
    PyObject *capsule;
    void *pointer;
    std::string name; // "NULL" if the stored name is NULL
    void *context;
    PyCapsule_Destructor destructor;
    int is_valid;
    Py_ssize_t refcount;
    bool exception_pending;
};

// The runs of LogDestructor since the test began.
extern std::vector<DestructorCall> destructor_log;

// A destructor that appends to destructor_log. It changes neither the capsule
// nor the error indicator.
void LogDestructor(PyObject *capsule);

// A second destructor that appends to destructor_log, for tests of which
// destructor runs.
void OtherLogDestructor(PyObject *capsule);

// Clears the log before each test. After each test, no exception may be pending
// (ERR-1) and every block that the test allocated must be free (TYPE-1). If an
// implementation that keeps caches has blocks left, the test runs up to four
// times: a leak grows every time, a cache does not.
class CapsuleTest : public ::testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;
    void TestBody() override = 0;

  private:
    bool MayBeACache() const;
    void RunAgain();

    size_t live_blocks_;
    long left_blocks_; // blocks left by the last run
    int runs_ = 1;
};

// A fixture for rules of Python 2; skips the test if the profile has no
// PyCObject.
class Python2Test : public CapsuleTest {
  protected:
    void SetUp() override;
};

// True if the tests run inside an interpreter that another program started.
// Then no test can add a built-in module or end an interpreter.
extern bool inside_another_program;

// Set by a test that ended an interpreter. An implementation with caches may
// then keep blocks: some versions of CPython lose thousands of them.
extern bool ended_an_interpreter;

// Skips a test that needs an interpreter of its own.
#define NEEDS_OWN_INTERPRETER()                                                \
    do {                                                                       \
        if (rules::inside_another_program) {                                   \
            GTEST_SKIP() << "needs an interpreter that the test starts";       \
        }                                                                      \
    } while (0)

// Calls `function` before the implementation is started, for example to
// announce a module (PyImport_AppendInittab). Define objects of this class at
// namespace scope.
class BeforeStart {
  public:
    explicit BeforeStart(void (*function)());
};

// Calls all of these functions. The code that starts the implementation calls
// it first.
void CallFunctionsBeforeStart();

} // namespace rules

#endif
