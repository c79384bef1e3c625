// Section 2 of docs/contract.md: PyCapsule_New.

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/support.h"

namespace {

using rules::destructor_log;
using rules::Drop;
using rules::HeapName;
using rules::LogDestructor;
using rules::NothingRaised;
using rules::OtherLogDestructor;
using rules::PendingException;
using rules::Raised;

const char NAME[] = "demo._C_API";

class NewTest : public rules::CapsuleTest {
  protected:
    int payload_ = 0;
};

TEST_F(NewTest, NEW_1_TheCallerOwnsTheOnlyReference)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_NE(capsule, nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(Py_REFCNT(capsule), 1);
    EXPECT_TRUE(destructor_log.empty());
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(NewTest, NEW_1_EveryCallMakesAFreshCapsule)
{
    std::vector<PyObject *> capsules;
    for (int i = 0; i < 20; i++) {
        PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
        ASSERT_NE(capsule, nullptr);
        for (PyObject *earlier : capsules) {
            EXPECT_NE(capsule, earlier);
        }
        capsules.push_back(capsule);
    }
    for (PyObject *capsule : capsules) {
        EXPECT_EQ(Py_REFCNT(capsule), 1);
        Py_DECREF(capsule);
    }
}

TEST_F(NewTest, NEW_1_StoresItsArguments)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
    EXPECT_EQ(PyCapsule_GetName(capsule), NAME);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), LogDestructor);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(NewTest, NEW_1_SuccessLeavesAPendingException)
{
    PendingException before;
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    EXPECT_NE(capsule, nullptr);
    EXPECT_TRUE(before.StillPending());
    Py_XDECREF(capsule);
}

TEST_F(NewTest, NEW_2_NullPointerIsRefused)
{
    for (const char *name : {(const char *)nullptr, "", NAME}) {
        for (PyCapsule_Destructor destructor :
             {(PyCapsule_Destructor) nullptr, LogDestructor}) {
            EXPECT_EQ(PyCapsule_New(nullptr, name, destructor), nullptr);
            EXPECT_TRUE(Raised(PyExc_ValueError,
                               "PyCapsule_New called with null pointer"));
        }
    }
}

TEST_F(NewTest, NEW_2_TheRefusalReplacesAPendingException)
{
    PendingException before;
    EXPECT_EQ(PyCapsule_New(nullptr, NAME, nullptr), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_ValueError, "PyCapsule_New called with null pointer"));
}

// Section 66.3 of the Capsules chapter creates a capsule from a table that is
// still NULL.
TEST_F(NewTest, NEW_2_AnApiTableThatIsStillNullIsRefused)
{
    static void *api_table = nullptr;
    EXPECT_EQ(PyCapsule_New(api_table, "fastdb._C_API", nullptr), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_ValueError, "PyCapsule_New called with null pointer"));
}

// Makes each allocation fail in turn, until New succeeds. Returns the number of
// failures; -1 if the host cannot make allocations fail.
int FailuresUntilSuccess(void *pointer, enum host_failure how, bool pending)
{
    for (int nth = 1;; nth++) {
        PendingException before;
        if (!pending) {
            PyErr_Clear();
        }
        if (!host_fail_allocation(nth, how)) {
            PyErr_Clear();
            return -1;
        }
        PyObject *capsule = PyCapsule_New(pointer, NAME, LogDestructor);
        host_fail_allocation(0, how);
        if (capsule) {
            if (pending) {
                EXPECT_TRUE(before.StillPending());
            }
            EXPECT_TRUE(NothingRaised());
            Drop(capsule);
            return nth - 1;
        }
        EXPECT_TRUE(Raised(PyExc_MemoryError, ""));
        EXPECT_TRUE(destructor_log.empty());
    }
}

TEST_F(NewTest, NEW_3_LackOfMemoryIsNullAndMemoryError)
{
    for (enum host_failure how : {HOST_FAIL_ONCE, HOST_FAIL_FROM_THERE_ON}) {
        for (bool pending : {false, true}) {
            destructor_log.clear();
            int failures = FailuresUntilSuccess(&payload_, how, pending);
            if (failures < 0) {
                GTEST_SKIP() << "the host cannot make an allocation fail";
            }
            EXPECT_EQ(destructor_log.size(), 1u);
        }
    }
}

TEST_F(NewTest, NEW_4_TheNameMayBeNull)
{
    PyObject *capsule = PyCapsule_New(&payload_, nullptr, nullptr);
    ASSERT_NE(capsule, nullptr);
    EXPECT_TRUE(PyCapsule_IsValid(capsule, nullptr));
    EXPECT_EQ(PyCapsule_GetName(capsule), nullptr);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, nullptr), &payload_);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(NewTest, NEW_5_TheVeryNameComesBack)
{
    HeapName name(NAME), same_text(NAME);
    PyObject *capsule = PyCapsule_New(&payload_, name, nullptr);
    EXPECT_EQ(PyCapsule_GetName(capsule), name.get());
    // A successful comparison with an equal name does not replace the stored
    // name.
    EXPECT_TRUE(PyCapsule_IsValid(capsule, same_text));
    EXPECT_EQ(PyCapsule_GetName(capsule), name.get());
    Py_DECREF(capsule);
}

TEST_F(NewTest, NEW_5_EditsOfTheNameAreSeen)
{
    HeapName name(NAME);
    PyObject *capsule = PyCapsule_New(&payload_, name, nullptr);
    ASSERT_TRUE(PyCapsule_IsValid(capsule, NAME));
    name.get()[0] = 'D';
    EXPECT_FALSE(PyCapsule_IsValid(capsule, NAME));
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), nullptr);
    PyErr_Clear();
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "Demo._C_API"), &payload_);
    EXPECT_STREQ(PyCapsule_GetName(capsule), "Demo._C_API");
    Py_DECREF(capsule);
}

TEST_F(NewTest, NEW_5_TheNameIsNeverWritten)
{
    HeapName name(NAME);
    PyObject *capsule = PyCapsule_New(&payload_, name, nullptr);
    PyCapsule_GetPointer(capsule, "other");
    PyErr_Clear();
    EXPECT_STREQ(name, NAME);
    Drop(capsule);
    EXPECT_STREQ(name, NAME);
}

void FreeNameDestructor(PyObject *capsule)
{
    std::free(const_cast<char *>(PyCapsule_GetName(capsule)));
}

void FreeNameAndLogDestructor(PyObject *capsule)
{
    LogDestructor(capsule);
    FreeNameDestructor(capsule);
}

// A sanitizer reports a read of the freed name, and a name that is freed twice.
TEST_F(NewTest, NEW_6_TheDestructorMayFreeTheName)
{
    PyObject *capsule =
        PyCapsule_New(&payload_, strdup(NAME), FreeNameAndLogDestructor);
    ASSERT_NE(capsule, nullptr);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, NAME);
}

TEST_F(NewTest, NEW_6_AFreedNameIsNotReadWithAnExceptionPending)
{
    PyObject *capsule =
        PyCapsule_New(&payload_, strdup(NAME), FreeNameDestructor);
    ASSERT_NE(capsule, nullptr);
    PendingException before;
    Drop(capsule);
    EXPECT_TRUE(before.StillPending());
}

TEST_F(NewTest, NEW_7_TheDestructorGetsTheCapsuleOnce)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    const void *address = capsule;
    EXPECT_TRUE(destructor_log.empty());
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].capsule, address);
    EXPECT_EQ(destructor_log[0].pointer, &payload_);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(NewTest, NEW_7_EachCapsuleHasItsOwnDestructor)
{
    int other = 0;
    PyObject *a = PyCapsule_New(&payload_, NAME, LogDestructor);
    PyObject *b = PyCapsule_New(&other, "b", OtherLogDestructor);
    Drop(b);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].destructor, OtherLogDestructor);
    EXPECT_EQ(destructor_log[0].pointer, &other);
    Drop(a);
    ASSERT_EQ(destructor_log.size(), 2u);
    EXPECT_EQ(destructor_log[1].destructor, LogDestructor);
    EXPECT_EQ(destructor_log[1].pointer, &payload_);
}

TEST_F(NewTest, NEW_8_WithoutADestructorNothingIsCalled)
{
    // The next capsule probably gets the memory of this one, where a destructor
    // was stored.
    Drop(PyCapsule_New(&payload_, NAME, LogDestructor));
    destructor_log.clear();
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    Drop(capsule);
    EXPECT_TRUE(destructor_log.empty());
}

TEST_F(NewTest, NEW_10_TheContextIsNull)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    // Each capsule probably gets the memory of the last one, where a context
    // was stored.
    for (int i = 0; i < 10; i++) {
        PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
        EXPECT_EQ(PyCapsule_GetContext(capsule), nullptr);
        EXPECT_TRUE(NothingRaised());
        EXPECT_EQ(PyCapsule_SetContext(capsule, &payload_), 0);
        Drop(capsule);
    }
}

TEST_F(NewTest, NEW_11_AnyBitsAreAPointerThatIsNeverFollowed)
{
    void *page =
        mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    for (void *pointer :
         {reinterpret_cast<void *>(1), reinterpret_cast<void *>(-1),
          reinterpret_cast<void *>(INTPTR_MAX),
          reinterpret_cast<void *>(INTPTR_MIN), page}) {
        PyObject *capsule = PyCapsule_New(pointer, NAME, LogDestructor);
        ASSERT_NE(capsule, nullptr);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), pointer);
        EXPECT_TRUE(PyCapsule_IsValid(capsule, NAME));
        EXPECT_EQ(PyCapsule_SetPointer(capsule, page), 0);
        EXPECT_EQ(PyCapsule_SetPointer(capsule, pointer), 0);
        PyObject *repr = PyObject_Repr(capsule);
        EXPECT_NE(repr, nullptr);
        Py_XDECREF(repr);
        EXPECT_TRUE(NothingRaised());
        Drop(capsule);
        ASSERT_EQ(destructor_log.size(), 1u);
        EXPECT_EQ(destructor_log[0].pointer, pointer);
        destructor_log.clear();
    }
    munmap(page, 4096);
}

TEST_F(NewTest, NEW_12_FailureCallsNoDestructor)
{
    EXPECT_EQ(PyCapsule_New(nullptr, NAME, LogDestructor), nullptr);
    PyErr_Clear();
    host_collect();
    EXPECT_TRUE(destructor_log.empty());
}

TEST_F(NewTest, NEW_12_FailureDoesNotTakeTheName)
{
    // If New freed the name, HeapName would free it a second time.
    HeapName name(NAME);
    EXPECT_EQ(PyCapsule_New(nullptr, name, FreeNameDestructor), nullptr);
    PyErr_Clear();
    host_collect();
    EXPECT_STREQ(name, NAME);
}

} // namespace
