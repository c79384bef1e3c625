// Section 8 of docs/contract.md: destructors and the error indicator.
#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int payload;
const char *const name = "demo.destructor";

// The implementation does not save and restore the error indicator around a
// destructor. A destructor can therefore disturb its caller in CPython; an
// implementation that follows only the documents may protect the caller.
class DestructorErrorsTest : public CapsuleTest {
  protected:
    static void DropNew(PyCapsule_Destructor destructor)
    {
        PyObject *capsule = PyCapsule_New(&payload, name, destructor);
        ASSERT_TRUE(capsule);
        Drop(capsule);
    }

    static bool CallerIsNotShielded()
    {
        return host_profile()->observed_rules &&
               !host_profile()->bad_destructors_are_fatal;
    }
};

#define SKIP_IF_CALLER_MAY_BE_SHIELDED()                                       \
    if (!CallerIsNotShielded())                                                \
    GTEST_SKIP() << "what a bad destructor does to its caller is not "         \
                    "documented, and ends a debug build"

// Destructors that handle the error indicator in different ways.

void WrongNameNoClear(PyObject *self)
{
    PyCapsule_GetPointer(self, "demo.wrong");
    LogDestructor(self);
}

// Many destructors do this. It is right only if no exception was pending
// before.
void WrongNameThenClear(PyObject *self)
{
    if (!PyCapsule_GetPointer(self, "demo.wrong")) {
        PyErr_Clear();
    }
    LogDestructor(self);
}

void SaveWorkRestore(PyObject *self)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!PyCapsule_GetPointer(self, "demo.wrong")) {
        PyErr_Clear();
    }
    LogDestructor(self);
    PyErr_Restore(type, value, traceback);
}

void SaveReportRestore(PyObject *self)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!PyCapsule_GetPointer(self, "demo.wrong")) {
        // Reports None rather than the capsule, because reporting takes a
        // reference to the object (DTOR-9).
        PyErr_WriteUnraisable(
            Py_None); // Python 2 crashes if the argument is NULL
    }
    LogDestructor(self);
    PyErr_Restore(type, value, traceback);
}

TEST_F(DestructorErrorsTest, DTOR_4_AFailureThatIsClearedStaysInside)
{
    DropNew(WrongNameThenClear);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorErrorsTest, DTOR_4_AFailureThatIsReportedStaysInside)
{
    DropNew(SaveReportRestore);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorErrorsTest, DTOR_4_AFailureThatIsReportedKeepsAPendingOne)
{
    PendingException pending;
    DropNew(SaveReportRestore);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(DestructorErrorsTest, DTOR_5_AnExceptionLeftBehindReachesTheCaller)
{
    SKIP_IF_CALLER_MAY_BE_SHIELDED();
    DropNew(WrongNameNoClear);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
}

TEST_F(DestructorErrorsTest, DTOR_5_AnExceptionLeftBehindReplacesAPendingOne)
{
    SKIP_IF_CALLER_MAY_BE_SHIELDED();
    PendingException pending;
    DropNew(WrongNameNoClear);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
    EXPECT_EQ(Py_REFCNT(pending.exception()), 1);
}

TEST_F(DestructorErrorsTest, DTOR_5_AnExceptionRaisedThereReachesTheCaller)
{
    SKIP_IF_CALLER_MAY_BE_SHIELDED();
    DropNew([](PyObject *) {
        PyErr_SetString(PyExc_RuntimeError, "raised in a destructor");
    });
    EXPECT_TRUE(Raised(PyExc_RuntimeError, "raised in a destructor"));
}

TEST_F(DestructorErrorsTest, DTOR_6_AnExceptionThatIsNotTouchedSurvives)
{
    PendingException pending;
    DropNew(LogDestructor);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(DestructorErrorsTest, DTOR_6_NoDestructorLeavesTheExceptionToo)
{
    PendingException pending;
    DropNew(nullptr);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(DestructorErrorsTest, DTOR_6_SaveAndRestoreKeepsThePendingException)
{
    PendingException pending;
    DropNew(SaveWorkRestore);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(DestructorErrorsTest, DTOR_6_SaveAndRestoreOfNothingIsNothing)
{
    DropNew(SaveWorkRestore);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorErrorsTest, DTOR_6_ClearingLosesThePendingException)
{
    SKIP_IF_CALLER_MAY_BE_SHIELDED();
    PendingException pending;
    DropNew(WrongNameThenClear);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(Py_REFCNT(pending.exception()), 1);
}

TEST_F(DestructorErrorsTest, DTOR_7_SeesThePendingExceptionOfTheCaller)
{
    SKIP_IF_CALLER_MAY_BE_SHIELDED();
    static bool matches;
    static PyObject *value;
    PyCapsule_Destructor look = [](PyObject *self) {
        LogDestructor(self);
        matches = PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyError);
        PyObject *type, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyErr_Restore(type, value, traceback);
    };
    matches = false;
    value = nullptr;
    PendingException pending;
    DropNew(look);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(destructor_log[0].exception_pending);
    EXPECT_TRUE(matches);
    EXPECT_EQ(value, pending.exception());
    EXPECT_TRUE(pending.StillPending());
}

// A NULL context means success (GETC-2), even with an exception pending:
// PyErr_Occurred() in a destructor returns the caller's exception.
TEST_F(DestructorErrorsTest, DTOR_7_GettersWorkWhileAnExceptionIsPending)
{
    PendingException pending;
    DropNew(LogDestructor);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].pointer, &payload);
    EXPECT_EQ(destructor_log[0].name, name);
    EXPECT_EQ(destructor_log[0].context, nullptr);
    EXPECT_EQ(destructor_log[0].destructor, LogDestructor);
    EXPECT_NE(destructor_log[0].is_valid, 0);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(DestructorErrorsTest, DTOR_7_SettersWorkWhileAnExceptionIsPending)
{
    static int status;
    status = 0;
    PendingException pending;
    DropNew([](PyObject *self) {
        static int other;
        status |= PyCapsule_SetPointer(self, &other);
        status |= PyCapsule_SetName(self, "demo.renamed");
        status |= PyCapsule_SetContext(self, &other);
        status |= PyCapsule_SetDestructor(self, nullptr);
        LogDestructor(self);
    });
    EXPECT_EQ(status, 0);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, "demo.renamed");
    EXPECT_TRUE(pending.StillPending());
}

} // namespace
} // namespace rules
