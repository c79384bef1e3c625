// Section 8 of docs/contract.md: when a destructor runs, and what it may read
// and change.
#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int payload;
int other_payload;
int context;
int other_context;
const char *const name = "demo.destructor";
const char *const other_name = "demo.renamed";

class DestructorTest : public CapsuleTest {
  protected:
    // Returns a capsule with all four fields set: new reference.
    static PyObject *NewCapsule(PyCapsule_Destructor destructor)
    {
        PyObject *capsule = PyCapsule_New(&payload, name, destructor);
        EXPECT_TRUE(capsule);
        EXPECT_EQ(PyCapsule_SetContext(capsule, &context), 0);
        return capsule;
    }
};

TEST_F(DestructorTest, DTOR_1_RunsAtTheLastReferenceAndNotBefore)
{
    PyObject *capsule = NewCapsule(LogDestructor);
    Py_INCREF(capsule);
    Py_INCREF(capsule);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 0u);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 0u);
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].capsule, capsule);
}

TEST_F(DestructorTest, DTOR_1_EachCapsuleHasItsOwnRun)
{
    PyObject *first = NewCapsule(LogDestructor);
    PyObject *second = NewCapsule(LogDestructor);
    Drop(second);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].capsule, second);
    Drop(first);
    ASSERT_EQ(destructor_log.size(), 2u);
    EXPECT_EQ(destructor_log[1].capsule, first);
}

TEST_F(DestructorTest, DTOR_1_RunsWhenAContainerGivesUpTheLastReference)
{
    PyObject *capsule = NewCapsule(LogDestructor);
    PyObject *list = PyList_New(0);
    PyObject *dict = PyDict_New();
    ASSERT_TRUE(list);
    ASSERT_TRUE(dict);
    ASSERT_EQ(PyList_Append(list, capsule), 0);
    ASSERT_EQ(PyDict_SetItemString(dict, "capsule", capsule), 0);
    Drop(capsule);
    Drop(dict);
    EXPECT_EQ(destructor_log.size(), 0u);
    Drop(list);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(DestructorTest, DTOR_1_RunsWhenAContainerReplacesTheCapsule)
{
    PyObject *capsule = NewCapsule(LogDestructor);
    PyObject *dict = PyDict_New();
    ASSERT_TRUE(dict);
    ASSERT_EQ(PyDict_SetItemString(dict, "capsule", capsule), 0);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 0u);
    EXPECT_EQ(PyDict_SetItemString(dict, "capsule", Py_None), 0);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
    Py_DECREF(dict);
}

TEST_F(DestructorTest, DTOR_1_NeedsNoMemory)
{
    PyObject *capsule = NewCapsule(LogDestructor);
    if (!host_fail_allocation(1, HOST_FAIL_FROM_THERE_ON)) {
        Py_DECREF(capsule);
        GTEST_SKIP() << "the implementation cannot make an allocation fail";
    }
    Drop(capsule);
    host_fail_allocation(0, HOST_FAIL_ONCE);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorTest, DTOR_2_SeesTheCapsuleWithItsFields)
{
    PyObject *capsule = NewCapsule(LogDestructor);
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    const DestructorCall &call = destructor_log[0];
    EXPECT_EQ(call.capsule, capsule);
    EXPECT_EQ(call.pointer, &payload);
    EXPECT_EQ(call.name, name);
    EXPECT_EQ(call.context, &context);
    EXPECT_EQ(call.destructor, LogDestructor);
    EXPECT_NE(call.is_valid, 0);
    EXPECT_FALSE(call.exception_pending);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorTest, DTOR_2_SeesTheValuesThatWereSetLast)
{
    PyObject *capsule = NewCapsule(LogDestructor);
    EXPECT_EQ(PyCapsule_SetPointer(capsule, &other_payload), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule, other_name), 0);
    EXPECT_EQ(PyCapsule_SetContext(capsule, &other_context), 0);
    EXPECT_EQ(PyCapsule_SetDestructor(capsule, OtherLogDestructor), 0);
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    const DestructorCall &call = destructor_log[0];
    EXPECT_EQ(call.pointer, &other_payload);
    EXPECT_EQ(call.name, other_name);
    EXPECT_EQ(call.context, &other_context);
    EXPECT_EQ(call.destructor, OtherLogDestructor);
    EXPECT_NE(call.is_valid, 0);
}

TEST_F(DestructorTest, DTOR_2_SeesNullNameAndNullContext)
{
    PyObject *capsule = PyCapsule_New(&payload, nullptr, LogDestructor);
    ASSERT_TRUE(capsule);
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, "NULL");
    EXPECT_EQ(destructor_log[0].context, nullptr);
    EXPECT_EQ(destructor_log[0].pointer, &payload);
    EXPECT_NE(destructor_log[0].is_valid, 0);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorTest, DTOR_2_TheReferenceCountIsZero)
{
    if (!host_profile()->observed_rules) {
        GTEST_SKIP() << "the count in the destructor is not documented";
    }
    Drop(NewCapsule(LogDestructor));
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].refcount, 0);
}

TEST_F(DestructorTest, DTOR_2_NamesAreStillChecked)
{
    static int valid;
    static void *pointer;
    static bool raised;
    PyObject *capsule = NewCapsule([](PyObject *self) {
        valid = PyCapsule_IsValid(self, "demo.wrong");
        pointer = PyCapsule_GetPointer(self, "demo.wrong");
        raised = PyErr_Occurred() != nullptr;
        PyErr_Clear();
        LogDestructor(self);
    });
    valid = 1;
    pointer = &payload;
    raised = false;
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(valid, 0);
    EXPECT_EQ(pointer, nullptr);
    EXPECT_TRUE(raised);
}

TEST_F(DestructorTest, DTOR_2_TheDyingCapsuleIsStillAnExactCapsule)
{
    static bool exact;
    exact = false;
    Drop(NewCapsule([](PyObject *self) {
        exact = PyCapsule_CheckExact(self) && Py_TYPE(self) == &PyCapsule_Type;
        LogDestructor(self);
    }));
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_TRUE(exact);
}

TEST_F(DestructorTest, DTOR_3_ChangesEveryFieldAndSeesTheChange)
{
    static int status[4];
    PyObject *capsule = NewCapsule([](PyObject *self) {
        status[0] = PyCapsule_SetPointer(self, &other_payload);
        status[1] = PyCapsule_SetName(self, other_name);
        status[2] = PyCapsule_SetContext(self, &other_context);
        status[3] = PyCapsule_SetDestructor(self, OtherLogDestructor);
        LogDestructor(self);
    });
    for (int &one : status) {
        one = -2;
    }
    Drop(capsule);
    for (int one : status) {
        EXPECT_EQ(one, 0);
    }
    ASSERT_GE(destructor_log.size(), 1u);
    const DestructorCall &call = destructor_log[0];
    EXPECT_EQ(call.pointer, &other_payload);
    EXPECT_EQ(call.name, other_name);
    EXPECT_EQ(call.context, &other_context);
    EXPECT_EQ(call.destructor, OtherLogDestructor);
    EXPECT_NE(call.is_valid, 0);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorTest, DTOR_3_ADestructorSetByTheDestructorDoesNotRun)
{
    Drop(NewCapsule([](PyObject *self) {
        PyCapsule_SetDestructor(self, OtherLogDestructor);
        LogDestructor(self);
    }));
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(DestructorTest, DTOR_3_SettingItselfAgainDoesNotRunItAgain)
{
    Drop(NewCapsule([](PyObject *self) {
        PyCapsule_SetDestructor(self, PyCapsule_GetDestructor(self));
        LogDestructor(self);
    }));
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(DestructorTest, DTOR_3_ANullDestructorDoesNotStopTheRunningOne)
{
    Drop(NewCapsule([](PyObject *self) {
        EXPECT_EQ(PyCapsule_SetDestructor(self, nullptr), 0);
        LogDestructor(self);
    }));
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].destructor, nullptr);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorTest, DTOR_3_ANullPointerIsRefusedThereToo)
{
    static int status;
    static bool raised;
    status = 0;
    raised = false;
    Drop(NewCapsule([](PyObject *self) {
        status = PyCapsule_SetPointer(self, nullptr);
        raised = PyErr_Occurred() != nullptr;
        PyErr_Clear();
        LogDestructor(self);
    }));
    EXPECT_NE(status, 0);
    EXPECT_TRUE(raised);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].pointer, &payload);
}

} // namespace
} // namespace rules
