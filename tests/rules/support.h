// What the rule tests share: a fixture, and words for the error indicator.
//
// Rule tests are plain C API calls against <Python.h>: the same source runs on
// every implementation. Nothing here or in a test looks into an object.
#ifndef TESTS_RULES_SUPPORT_H
#define TESTS_RULES_SUPPORT_H

#include <Python.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capsule/host.h"

namespace rules {

// The exception of `type` with exactly this message is pending; takes it away.
// Type and message are of the level `observed`: where the profile does not
// hold the implementation to that, any exception will do.
::testing::AssertionResult Raised(PyObject *type, const std::string &message);

// The same for a message that differs between versions: any will do.
::testing::AssertionResult Raised(PyObject *type);

// The object has that many references. Where destructors run later, what holds
// an object in the implementation itself need not be counted.
#define EXPECT_REFERENCES(object, count)                                       \
    do {                                                                       \
        if (!host_profile()->deferred_destruction) {                           \
            EXPECT_EQ(Py_REFCNT(object), count);                               \
        }                                                                      \
    } while (0)

// Is told of rules, with blanks between them, that a comparison speaks of which
// tests of many rules make; NULL where nobody wants to know. It says nothing
// about the test.
extern void (*suspect)(const char *rules);

// Leaves a test of a rule that only the profiles of CPython are held to.
#define ONLY_WHERE_OBSERVED_RULES_APPLY()                                      \
    do {                                                                       \
        if (!host_profile()->observed_rules) {                                 \
            GTEST_SKIP() << "not a rule of profile " << host_profile()->name;  \
        }                                                                      \
    } while (0)

// The error indicator is not set. Takes an exception that is there away, so
// that one failure does not become many.
::testing::AssertionResult NothingRaised();

// A KeyError that is pending from construction on, to see what a call does to
// an exception that was there before it.
class PendingException {
  public:
    PendingException();
    ~PendingException();

    // The very exception of the constructor is pending (identity, not only
    // type); takes it away.
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
    std::string name; // "NULL" where the stored name is NULL
    void *context;
    PyCapsule_Destructor destructor;
    int is_valid;
    Py_ssize_t refcount;
    bool exception_pending;
};

// The runs of LogDestructor since the test began.
extern std::vector<DestructorCall> destructor_log;

// A destructor that only looks: it appends to destructor_log and leaves the
// capsule and the error indicator as they are.
void LogDestructor(PyObject *capsule);

// A second destructor that logs, to tell which one ran.
void OtherLogDestructor(PyObject *capsule);

// Clears the log before each test; after each test, no exception may be
// pending and every block that the test allocated must be gone. Where blocks
// are left that may be a cache, the test runs again to see whether there are
// more each time.
class CapsuleTest : public ::testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;
    void TestBody() override = 0;

  private:
    bool MayBeACache() const;
    void RunAgain();

    size_t live_blocks_;
    long left_blocks_; // of the last run
    int runs_ = 1;
};

// A test of what only Python 2 has; not applicable where the profile has no
// PyCObject.
class Python2Test : public CapsuleTest {
  protected:
    void SetUp() override;
};

// True if the tests run inside an interpreter that another program started.
// Then no test can add a built-in module or end an interpreter.
extern bool inside_another_program;

// Set by a test that ended an interpreter: what an implementation with caches
// keeps of it is no matter of capsules. Some versions of CPython lose thousands
// of blocks.
extern bool ended_an_interpreter;

// Leaves a test that needs an interpreter of its own.
#define NEEDS_OWN_INTERPRETER()                                                \
    do {                                                                       \
        if (rules::inside_another_program) {                                   \
            GTEST_SKIP() << "needs an interpreter that the test starts";       \
        }                                                                      \
    } while (0)

// Calls `function` before the implementation is started, for what has to be
// announced that early (PyImport_AppendInittab). To be defined at namespace
// scope.
class BeforeStart {
  public:
    explicit BeforeStart(void (*function)());
};

// Calls all of these functions. For who starts the implementation.
void CallFunctionsBeforeStart();

} // namespace rules

#endif
