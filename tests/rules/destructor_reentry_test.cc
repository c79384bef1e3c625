// Section 8 of docs/contract.md: destructors that call the API while their
// capsule dies.
#include <cstdlib>
#include <cstring>

#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int payload;

class DestructorReentryTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        held = nullptr;
    }

    // A second object, which a destructor drops.
    static PyObject *held;

    static void DropHeldThenLog(PyObject *self)
    {
        Py_CLEAR(held);
        LogDestructor(self);
    }

    // For capsules that own a reference to another object in their context.
    static void LogThenDropContext(PyObject *self)
    {
        LogDestructor(self);
        Py_XDECREF(static_cast<PyObject *>(PyCapsule_GetContext(self)));
    }
};

PyObject *DestructorReentryTest::held;

TEST_F(DestructorReentryTest, DTOR_2_DropsAnotherCapsule)
{
    held = PyCapsule_New(&payload, "demo.held", OtherLogDestructor);
    PyObject *capsule = PyCapsule_New(&payload, "demo.a", DropHeldThenLog);
    ASSERT_TRUE(held);
    ASSERT_TRUE(capsule);
    Drop(capsule);
    host_collect();
    ASSERT_EQ(destructor_log.size(), 2u);
    if (!host_profile()->deferred_destruction) {
        // The held capsule dies during the destructor; afterwards the dying
        // capsule is still complete.
        EXPECT_EQ(destructor_log[0].name, "demo.held");
        EXPECT_EQ(destructor_log[1].name, "demo.a");
    }
    EXPECT_EQ(destructor_log[0].pointer, &payload);
    EXPECT_EQ(destructor_log[1].pointer, &payload);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorReentryTest, DTOR_2_DropsAnotherReferenceToALivingCapsule)
{
    PyObject *living = PyCapsule_New(&payload, "demo.held", LogDestructor);
    ASSERT_TRUE(living);
    Py_INCREF(living);
    held = living;
    Drop(PyCapsule_New(&payload, "demo.a", DropHeldThenLog));
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, "demo.a");
    EXPECT_EQ(PyCapsule_IsValid(living, "demo.held"), 1);
    Drop(living);
    EXPECT_EQ(destructor_log.size(), 2u);
}

TEST_F(DestructorReentryTest, DTOR_2_CreatesAndDropsACapsule)
{
    Drop(PyCapsule_New(&payload, "demo.a", [](PyObject *self) {
        static int inner_payload;
        PyObject *inner =
            PyCapsule_New(&inner_payload, "demo.inner", OtherLogDestructor);
        EXPECT_TRUE(inner);
        // The memory of the dying capsule is still in use.
        EXPECT_NE(inner, self);
        EXPECT_EQ(PyCapsule_GetPointer(inner, "demo.inner"), &inner_payload);
        Py_XDECREF(inner);
        LogDestructor(self);
    }));
    host_collect();
    ASSERT_EQ(destructor_log.size(), 2u);
    size_t outer = destructor_log[0].name == "demo.a" ? 0 : 1;
    EXPECT_EQ(destructor_log[outer].name, "demo.a");
    EXPECT_EQ(destructor_log[outer].pointer, &payload);
    EXPECT_EQ(destructor_log[1 - outer].name, "demo.inner");
    EXPECT_TRUE(NothingRaised());
}

TEST_F(DestructorReentryTest, DTOR_2_ACapsuleCreatedThereMayLiveOn)
{
    static PyObject *born;
    born = nullptr;
    Drop(PyCapsule_New(&payload, "demo.a", [](PyObject *self) {
        born = PyCapsule_New(PyCapsule_GetPointer(self, "demo.a"), "demo.born",
                             OtherLogDestructor);
    }));
    ASSERT_TRUE(born);
    EXPECT_EQ(PyCapsule_GetPointer(born, "demo.born"), &payload);
    EXPECT_EQ(destructor_log.size(), 0u);
    Drop(born);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(DestructorReentryTest, DTOR_2_DropsTheOwnerInItsContext)
{
    PyObject *owner = PyCapsule_New(&payload, "demo.owner", LogDestructor);
    PyObject *view = PyCapsule_New(&payload, "demo.view", LogThenDropContext);
    ASSERT_TRUE(owner);
    ASSERT_TRUE(view);
    ASSERT_EQ(PyCapsule_SetContext(view, owner),
              0); // takes over the reference to `owner`
    EXPECT_EQ(PyCapsule_IsValid(owner, "demo.owner"), 1);
    Drop(view);
    host_collect();
    ASSERT_EQ(destructor_log.size(), 2u);
    EXPECT_EQ(destructor_log[0].name, "demo.view");
    EXPECT_EQ(destructor_log[0].context, owner);
    EXPECT_EQ(destructor_log[1].name, "demo.owner");
}

TEST_F(DestructorReentryTest, DTOR_2_AChainOfOwnersDiesFromTheEnd)
{
    const size_t length = 200;
    PyObject *last = nullptr;
    std::vector<PyObject *> chain;
    for (size_t i = 0; i < length; i++) {
        PyObject *next = PyCapsule_New(&payload, nullptr, LogThenDropContext);
        ASSERT_TRUE(next);
        ASSERT_EQ(PyCapsule_SetContext(next, last), 0);
        last = next;
        chain.push_back(next);
    }
    Drop(last);
    for (size_t i = 0; i < length; i++) {
        host_collect(); // a collection may find only one link of the chain
    }
    ASSERT_EQ(destructor_log.size(), length);
    for (size_t i = 0; i < length; i++) {
        EXPECT_EQ(destructor_log[i].capsule, chain[length - 1 - i]);
    }
}

TEST_F(DestructorReentryTest, DTOR_5_AnExceptionLeftBehindReachesAnother)
{
    // The destructor of the held capsule leaves an exception behind. The outer
    // destructor finds this exception pending and clears it.
    if (!host_profile()->observed_rules ||
        host_profile()->bad_destructors_are_fatal) {
        GTEST_SKIP() << "what a bad destructor leaves is not documented, and "
                        "ends a debug build";
    }
    static bool seen;
    seen = false;
    held = PyCapsule_New(&payload, "demo.held", [](PyObject *) {
        PyErr_SetString(PyExc_RuntimeError, "left behind");
    });
    ASSERT_TRUE(held);
    Drop(PyCapsule_New(&payload, "demo.a", [](PyObject *) {
        Py_CLEAR(held);
        seen = PyErr_Occurred() != nullptr;
        PyErr_Clear();
    }));
    EXPECT_TRUE(seen);
    EXPECT_TRUE(NothingRaised());
}

} // namespace
} // namespace rules
