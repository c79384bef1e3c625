// Section 7 of docs/contract.md: when the error indicator is set, and to which
// exception.
#include "tests/rules/calls.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace rules {
namespace {

int payload;

class ErrorsTest : public CapsuleTest {
  protected:
    std::vector<Call> AllSuccessfulCalls() const
    {
        std::vector<Call> calls = SuccessfulCalls(samples_);
        for (Call &call : SuccessfulCallsThatReturnNull(samples_, wrong_)) {
            calls.push_back(std::move(call));
        }
        return calls;
    }

    std::vector<Call> AllFailingCalls() const
    {
        return FailingCalls(samples_, wrong_);
    }

    SampleCapsules samples_;
    WrongObjects wrong_;
};

TEST_F(ErrorsTest, ERR_1_SuccessRaisesNothing)
{
    for (const Call &call : AllSuccessfulCalls()) {
        SCOPED_TRACE(call.text);
        EXPECT_FALSE(call.fails());
        EXPECT_TRUE(NothingRaised());
    }
    EXPECT_TRUE(samples_.Unchanged());
}

TEST_F(ErrorsTest, ERR_1_SuccessLeavesAPendingExceptionAlone)
{
    for (const Call &call : AllSuccessfulCalls()) {
        SCOPED_TRACE(call.text);
        PendingException pending;
        EXPECT_FALSE(call.fails());
        EXPECT_TRUE(pending.StillPending());
    }
    EXPECT_TRUE(samples_.Unchanged());
}

TEST_F(ErrorsTest, ERR_1_ManySuccessesLeaveOnePendingExceptionAlone)
{
    PendingException pending;
    for (const Call &call : AllSuccessfulCalls()) {
        EXPECT_FALSE(call.fails()) << call.text;
    }
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(ErrorsTest, ERR_2_FailureRaises)
{
    for (const Call &call : AllFailingCalls()) {
        SCOPED_TRACE(call.text);
        EXPECT_TRUE(call.fails());
        EXPECT_TRUE(Raised(call.exception, call.message));
    }
    EXPECT_TRUE(samples_.Unchanged());
    EXPECT_TRUE(wrong_.look_alike().Unchanged());
}

TEST_F(ErrorsTest, ERR_2_FailureReplacesAPendingException)
{
    for (const Call &call : AllFailingCalls()) {
        SCOPED_TRACE(call.text);
        PendingException pending;
        EXPECT_TRUE(call.fails());
        EXPECT_TRUE(Raised(call.exception, call.message));
    }
}

TEST_F(ErrorsTest, ERR_2_FailureReplacesTheExceptionOfAnEarlierFailure)
{
    for (const Call &call : AllFailingCalls()) {
        SCOPED_TRACE(call.text);
        // No call of the table raises this message.
        PyErr_SetString(PyExc_ValueError, "an earlier failure");
        EXPECT_TRUE(call.fails());
        EXPECT_TRUE(Raised(call.exception, call.message));
    }
}

TEST_F(ErrorsTest, ERR_2_AReplacedExceptionIsReleasedAndNotChained)
{
    if (!host_profile()->observed_rules) {
        GTEST_SKIP() << "chaining is not documented";
    }
    for (const Call &call : AllFailingCalls()) {
        SCOPED_TRACE(call.text);
        PendingException pending;
        EXPECT_TRUE(call.fails());
        // Only `pending` may still hold the old exception. A second reference
        // would mean that the new exception has it as context, or that it
        // leaked.
        EXPECT_EQ(Py_REFCNT(pending.exception()), 1);
        PyErr_Clear();
    }
}

TEST_F(ErrorsTest, ERR_3_TheResultSaysWhetherAnExceptionIsSet)
{
    std::vector<Call> calls = SuccessfulCalls(samples_);
    for (Call &call : AllFailingCalls()) {
        calls.push_back(std::move(call));
    }
    for (const Call &call : calls) {
        SCOPED_TRACE(call.text);
        bool failed = call.fails();
        EXPECT_EQ(failed, PyErr_Occurred() != nullptr);
        PyErr_Clear();
    }
}

TEST_F(ErrorsTest, ERR_3_TheResultOfNewSaysSoWhenMemoryIsShort)
{
    if (!host_fail_allocation(0, HOST_FAIL_ONCE)) {
        GTEST_SKIP() << "the implementation cannot make an allocation fail";
    }
    for (auto how : {HOST_FAIL_ONCE, HOST_FAIL_FROM_THERE_ON}) {
        bool failed = true;
        for (size_t nth = 1; failed; nth++) {
            SCOPED_TRACE(nth);
            host_fail_allocation(nth, how);
            PyObject *capsule = PyCapsule_New(&payload, "demo.new", nullptr);
            host_fail_allocation(0, how);
            failed = capsule == nullptr;
            EXPECT_EQ(failed, PyErr_Occurred() != nullptr);
            if (failed) {
                EXPECT_TRUE(Raised(PyExc_MemoryError, ""));
            }
            Py_XDECREF(capsule);
        }
    }
}

TEST_F(ErrorsTest, ERR_2_LackOfMemoryReplacesAPendingException)
{
    if (!host_fail_allocation(0, HOST_FAIL_ONCE)) {
        GTEST_SKIP() << "the implementation cannot make an allocation fail";
    }
    PendingException pending;
    host_fail_allocation(1, HOST_FAIL_FROM_THERE_ON);
    PyObject *capsule = PyCapsule_New(&payload, "demo.new", LogDestructor);
    host_fail_allocation(0, HOST_FAIL_ONCE);
    if (capsule) { // an implementation may have memory in reserve
        EXPECT_TRUE(pending.StillPending());
        Py_DECREF(capsule);
        return;
    }
    EXPECT_TRUE(Raised(PyExc_MemoryError, ""));
    EXPECT_EQ(destructor_log.size(), 0u);
}

// An exception is an object too. A call that fails while memory is short may
// raise a different exception, but must raise one.
TEST_F(ErrorsTest, ERR_2_FailureRaisesSomethingWhenMemoryIsShort)
{
    if (!host_fail_allocation(0, HOST_FAIL_ONCE)) {
        GTEST_SKIP() << "the implementation cannot make an allocation fail";
    }
    for (const Call &call : AllFailingCalls()) {
        for (auto how : {HOST_FAIL_ONCE, HOST_FAIL_FROM_THERE_ON}) {
            size_t tried = 1;
            for (size_t nth = 1; nth <= tried; nth++) {
                SCOPED_TRACE(call.text + ", allocation " + std::to_string(nth));
                host_fail_allocation(nth, how);
                bool failed = call.fails();
                tried = host_allocations();
                host_fail_allocation(0, how);
                EXPECT_TRUE(failed);
                EXPECT_TRUE(PyErr_Occurred());
                PyErr_Clear();
            }
        }
    }
    EXPECT_TRUE(samples_.Unchanged());
}

// A call with a wrong object and an unreadable name survives only if the
// function checks the object first. The tables contain such calls.
TEST_F(ErrorsTest, ERR_4_GetPointerLooksAtTheObjectBeforeTheName)
{
    const char *unreadable = reinterpret_cast<const char *>(1);
    for (const WrongObjects::Entry &entry : wrong_.entries()) {
        for (const char *name : {"demo.wrong", "", unreadable}) {
            SCOPED_TRACE(entry.what);
            EXPECT_EQ(PyCapsule_GetPointer(entry.object, name), nullptr);
            EXPECT_TRUE(Raised(
                PyExc_ValueError,
                "PyCapsule_GetPointer called with invalid PyCapsule object"));
        }
    }
}

TEST_F(ErrorsTest, ERR_4_SetPointerChecksInTheOrderOfTheProfile)
{
    for (const WrongObjects::Entry &entry : wrong_.entries()) {
        SCOPED_TRACE(entry.what);
        EXPECT_NE(PyCapsule_SetPointer(entry.object, nullptr), 0);
        EXPECT_TRUE(
            Raised(PyExc_ValueError, MessageOfSetPointerWithTwoErrors()));
    }
}

TEST_F(ErrorsTest, ERR_4_NewLooksAtThePointerOnly)
{
    const char *unreadable = reinterpret_cast<const char *>(1);
    auto not_callable = reinterpret_cast<PyCapsule_Destructor>(1);
    EXPECT_EQ(PyCapsule_New(nullptr, unreadable, not_callable), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_ValueError, "PyCapsule_New called with null pointer"));

    PyObject *capsule = PyCapsule_New(&payload, unreadable, not_callable);
    ASSERT_TRUE(capsule);
    EXPECT_EQ(PyCapsule_GetName(capsule), unreadable);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), not_callable);
    EXPECT_EQ(PyCapsule_SetName(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_SetDestructor(capsule, nullptr), 0);
    Py_DECREF(capsule);
}

// The exception types are a rule of their own: ERR-5 is about messages.
TEST_F(ErrorsTest, ERR_6_AWrongArgumentIsAValueError)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    for (const Call &call : AllFailingCalls()) {
        SCOPED_TRACE(call.text);
        if (call.text.find("PyCapsule_Import") != std::string::npos) {
            continue;
        }
        EXPECT_TRUE(call.fails());
        EXPECT_EQ(PyErr_Occurred(), PyExc_ValueError);
        PyErr_Clear();
    }
}

TEST_F(ErrorsTest, ERR_6_AMissingModuleIsAnImportError)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    EXPECT_EQ(PyCapsule_Import("nosuchmod.cap", 0), nullptr);
    EXPECT_EQ(PyErr_Occurred(), PyExc_ImportError);
    PyErr_Clear();
}

TEST_F(ErrorsTest, ERR_6_AMissingOrWrongCapsuleIsAnAttributeError)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    Importable module("capm");
    Publish(module.get(), "cap", &payload, "capm.other");
    for (const char *name : {"capm.missing", "capm.cap", "capm"}) {
        SCOPED_TRACE(name);
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr);
        EXPECT_EQ(PyErr_Occurred(), PyExc_AttributeError);
        PyErr_Clear();
    }
}

TEST_F(ErrorsTest, ERR_5_EveryMessageNamesTheFunctionThatFailed)
{
    PyObject *full = samples_.full();
    EXPECT_FALSE(PyCapsule_New(nullptr, "demo.a", nullptr));
    EXPECT_TRUE(
        Raised(PyExc_ValueError, "PyCapsule_New called with null pointer"));
    EXPECT_FALSE(PyCapsule_GetPointer(full, "demo.a"));
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
    EXPECT_FALSE(PyCapsule_GetPointer(Py_None, "demo.a"));
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_GetPointer called with invalid PyCapsule object"));
    EXPECT_FALSE(PyCapsule_GetName(Py_None));
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_GetName called with invalid PyCapsule object"));
    EXPECT_FALSE(PyCapsule_GetDestructor(Py_None));
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_GetDestructor called with invalid PyCapsule object"));
    EXPECT_FALSE(PyCapsule_GetContext(Py_None));
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_GetContext called with invalid PyCapsule object"));
    EXPECT_NE(PyCapsule_SetPointer(full, nullptr), 0);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_SetPointer called with null pointer"));
    EXPECT_NE(PyCapsule_SetPointer(Py_None, &payload), 0);
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_SetPointer called with invalid PyCapsule object"));
    EXPECT_NE(PyCapsule_SetName(Py_None, "demo.a"), 0);
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_SetName called with invalid PyCapsule object"));
    EXPECT_NE(PyCapsule_SetDestructor(Py_None, LogDestructor), 0);
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_SetDestructor called with invalid PyCapsule object"));
    EXPECT_NE(PyCapsule_SetContext(Py_None, &payload), 0);
    EXPECT_TRUE(
        Raised(PyExc_ValueError,
               "PyCapsule_SetContext called with invalid PyCapsule object"));
}

} // namespace
} // namespace rules
