// Section 5 of docs/contract.md: rules that hold for all setters.
#include "tests/rules/calls.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace rules {
namespace {

int other_payload;
int other_context;
const char *const other_name = "demo.renamed";

class SetAllTest : public CapsuleTest {
  protected:
    static int SetPointer(PyObject *object)
    {
        return PyCapsule_SetPointer(object, &other_payload);
    }
    static int SetName(PyObject *object)
    {
        return PyCapsule_SetName(object, other_name);
    }
    static int SetDestructor(PyObject *object)
    {
        return PyCapsule_SetDestructor(object, OtherLogDestructor);
    }
    static int SetContext(PyObject *object)
    {
        return PyCapsule_SetContext(object, &other_context);
    }
    static int SetPointerToNull(PyObject *object)
    {
        return PyCapsule_SetPointer(object, nullptr);
    }

    struct Setter {
        const char *text;
        int (*set)(PyObject *);
    };
    const std::vector<Setter> setters_ = {
        {"PyCapsule_SetPointer", SetPointer},
        {"PyCapsule_SetName", SetName},
        {"PyCapsule_SetDestructor", SetDestructor},
        {"PyCapsule_SetContext", SetContext},
    };

    // Expects that the capsule has the fields that the four setters gave it.
    static void ExpectOtherFields(PyObject *capsule)
    {
        EXPECT_EQ(PyCapsule_GetPointer(capsule, other_name), &other_payload);
        EXPECT_EQ(PyCapsule_GetName(capsule), other_name);
        EXPECT_EQ(PyCapsule_GetDestructor(capsule), OtherLogDestructor);
        EXPECT_EQ(PyCapsule_GetContext(capsule), &other_context);
        EXPECT_TRUE(NothingRaised());
    }
};

TEST_F(SetAllTest, SET_ALL_1_RefusesEveryOtherObject)
{
    WrongObjects wrong;
    for (const WrongObjects::Entry &entry : wrong.entries()) {
        for (const Setter &setter : setters_) {
            SCOPED_TRACE(std::string(setter.text) + ", " + entry.what);
            EXPECT_NE(setter.set(entry.object), 0);
            EXPECT_TRUE(Raised(PyExc_ValueError,
                               std::string(setter.text) +
                                   " called with invalid PyCapsule object"));
        }
        SCOPED_TRACE(entry.what);
        EXPECT_NE(SetPointerToNull(entry.object), 0);
        EXPECT_TRUE(
            Raised(PyExc_ValueError, MessageOfSetPointerWithTwoErrors()));
    }
}

TEST_F(SetAllTest, SET_ALL_2_AForeignObjectIsNeverWrittenTo)
{
    LookAlike foreign;
    ASSERT_TRUE(foreign.object());
    for (const Setter &setter : setters_) {
        SCOPED_TRACE(setter.text);
        EXPECT_NE(setter.set(foreign.object()), 0);
        EXPECT_TRUE(foreign.Unchanged());
    }
    EXPECT_NE(SetPointerToNull(foreign.object()), 0);
    EXPECT_TRUE(foreign.Unchanged());
    // The calls above write other values; these write NULL.
    EXPECT_NE(PyCapsule_SetName(foreign.object(), nullptr), 0);
    EXPECT_NE(PyCapsule_SetDestructor(foreign.object(), nullptr), 0);
    EXPECT_NE(PyCapsule_SetContext(foreign.object(), nullptr), 0);
    EXPECT_TRUE(foreign.Unchanged());
    PyErr_Clear();
}

TEST_F(SetAllTest, SET_ALL_2_ARefusedCallLeavesCapsulesAlone)
{
    SampleCapsules samples;
    WrongObjects wrong;
    for (const WrongObjects::Entry &entry : wrong.entries()) {
        for (const Setter &setter : setters_) {
            SCOPED_TRACE(std::string(setter.text) + ", " + entry.what);
            EXPECT_NE(setter.set(entry.object), 0);
            PyErr_Clear();
            EXPECT_TRUE(samples.Unchanged());
        }
    }
    EXPECT_NE(SetPointerToNull(samples.full()), 0);
    PyErr_Clear();
    EXPECT_TRUE(samples.Unchanged());
}

TEST_F(SetAllTest, SET_ALL_3_SuccessIsZeroAndRaisesNothing)
{
    SampleCapsules samples;
    for (const Setter &setter : setters_) {
        SCOPED_TRACE(setter.text);
        EXPECT_EQ(setter.set(samples.full()), 0);
        EXPECT_TRUE(NothingRaised());
    }
    ExpectOtherFields(samples.full());
}

TEST_F(SetAllTest, SET_ALL_3_SuccessLeavesAPendingExceptionAlone)
{
    SampleCapsules samples;
    for (const Setter &setter : setters_) {
        SCOPED_TRACE(setter.text);
        PendingException pending;
        EXPECT_EQ(setter.set(samples.full()), 0);
        EXPECT_TRUE(pending.StillPending());
    }
    ExpectOtherFields(samples.full());
}

TEST_F(SetAllTest, SET_ALL_3_FailureIsExactlyMinusOne)
{
    if (!host_profile()->observed_rules) {
        GTEST_SKIP() << "the documents say only that failure is nonzero";
    }
    SampleCapsules samples;
    for (const Setter &setter : setters_) {
        SCOPED_TRACE(setter.text);
        EXPECT_EQ(setter.set(Py_None), -1);
        EXPECT_EQ(setter.set(nullptr), -1);
    }
    EXPECT_EQ(SetPointerToNull(samples.full()), -1);
    EXPECT_EQ(SetPointerToNull(Py_None), -1);
    PyErr_Clear();
}

TEST_F(SetAllTest, SET_ALL_4_EveryHolderSeesTheChange)
{
    SampleCapsules samples;
    PyObject *holder = PyList_New(0);
    ASSERT_TRUE(holder);
    ASSERT_EQ(PyList_Append(holder, samples.full()), 0);
    for (const Setter &setter : setters_) {
        EXPECT_EQ(setter.set(samples.full()), 0);
    }
    ExpectOtherFields(PyList_GetItem(holder, 0));
    Py_DECREF(holder);
}

TEST_F(SetAllTest, SET_ALL_4_AnEqualCapsuleIsNotChanged)
{
    SampleCapsules samples, twins;
    for (const Setter &setter : setters_) {
        EXPECT_EQ(setter.set(twins.full()), 0);
    }
    ExpectOtherFields(twins.full());
    EXPECT_TRUE(samples.Unchanged());
}

} // namespace
} // namespace rules
