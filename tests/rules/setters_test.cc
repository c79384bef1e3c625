// Section 5 of docs/contract.md: each of the four setters.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <set>

#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int payload;
int other_payload;
int context;
int other_context;
const char *const name = "demo.setters";
const char *const other_name = "demo.renamed";

// Returns a name in a heap block of exactly its size, so that a sanitizer
// reports a read past its end. The caller frees it.
char *HeapName(const char *text)
{
    size_t size = std::strlen(text) + 1;
    char *copy = static_cast<char *>(std::malloc(size));
    std::memcpy(copy, text, size);
    return copy;
}

// A fixture with one capsule whose four fields are set.
class SettersTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        capsule_ = PyCapsule_New(&payload, name, LogDestructor);
        ASSERT_TRUE(capsule_);
        ASSERT_EQ(PyCapsule_SetContext(capsule_, &context), 0);
    }

    void TearDown() override
    {
        DropCapsule();
        CapsuleTest::TearDown();
    }

    void DropCapsule()
    {
        if (capsule_) {
            PyObject *capsule = capsule_;
            capsule_ = nullptr;
            Drop(capsule);
        }
    }

    // Expects that the capsule has these four fields and that no getter raises.
    void ExpectFields(void *pointer, const char *stored_name,
                      PyCapsule_Destructor destructor, void *stored_context)
    {
        EXPECT_EQ(PyCapsule_GetPointer(capsule_, stored_name), pointer);
        EXPECT_EQ(PyCapsule_GetName(capsule_), stored_name);
        EXPECT_EQ(PyCapsule_GetDestructor(capsule_), destructor);
        EXPECT_EQ(PyCapsule_GetContext(capsule_), stored_context);
        EXPECT_EQ(PyCapsule_IsValid(capsule_, stored_name), 1);
        EXPECT_TRUE(NothingRaised());
    }

    void ExpectFieldsAsCreated()
    {
        ExpectFields(&payload, name, LogDestructor, &context);
    }

    PyObject *capsule_ = nullptr;
};

TEST_F(SettersTest, SETP_1_ReplacesThePointerAndNothingElse)
{
    EXPECT_EQ(PyCapsule_SetPointer(capsule_, &other_payload), 0);
    ExpectFields(&other_payload, name, LogDestructor, &context);
}

TEST_F(SettersTest, SETP_1_TakesAnyPointerThatIsNotNull)
{
    const uintptr_t values[] = {1, 2, 0x7fff, INTPTR_MAX, UINTPTR_MAX};
    for (uintptr_t value : values) {
        void *pointer = reinterpret_cast<void *>(value);
        EXPECT_EQ(PyCapsule_SetPointer(capsule_, pointer), 0);
        EXPECT_EQ(PyCapsule_GetPointer(capsule_, name), pointer);
    }
    EXPECT_TRUE(NothingRaised());
}

TEST_F(SettersTest, SETP_1_ThePointerMayBeSetToItsOwnValue)
{
    EXPECT_EQ(PyCapsule_SetPointer(capsule_, &payload), 0);
    ExpectFieldsAsCreated();
}

TEST_F(SettersTest, SETP_1_TheOldPointerIsNotFreed)
{
    void *old_block = std::malloc(16);
    ASSERT_EQ(PyCapsule_SetPointer(capsule_, old_block), 0);
    EXPECT_EQ(PyCapsule_SetPointer(capsule_, &payload), 0);
    std::memset(old_block, 1, 16);
    std::free(old_block);
}

TEST_F(SettersTest, SETP_2_NullPointerIsRefusedAndNothingChanges)
{
    EXPECT_NE(PyCapsule_SetPointer(capsule_, nullptr), 0);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_SetPointer called with null pointer"));
    ExpectFieldsAsCreated();
}

TEST_F(SettersTest, SETP_2_AfterARefusalTheNextPointerIsTaken)
{
    EXPECT_NE(PyCapsule_SetPointer(capsule_, nullptr), 0);
    PyErr_Clear();
    EXPECT_EQ(PyCapsule_SetPointer(capsule_, &other_payload), 0);
    ExpectFields(&other_payload, name, LogDestructor, &context);
}

TEST_F(SettersTest, SETN_1_ReplacesTheNameAndNothingElse)
{
    EXPECT_EQ(PyCapsule_SetName(capsule_, other_name), 0);
    ExpectFields(&payload, other_name, LogDestructor, &context);
}

TEST_F(SettersTest, SETN_1_TheOldNameStopsMatching)
{
    EXPECT_EQ(PyCapsule_SetName(capsule_, other_name), 0);
    EXPECT_EQ(PyCapsule_IsValid(capsule_, name), 0);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_GetPointer(capsule_, name), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
}

TEST_F(SettersTest, SETN_1_TheNameMayBecomeNullAndANameAgain)
{
    EXPECT_EQ(PyCapsule_SetName(capsule_, nullptr), 0);
    ExpectFields(&payload, nullptr, LogDestructor, &context);
    EXPECT_EQ(PyCapsule_IsValid(capsule_, name), 0);
    EXPECT_EQ(PyCapsule_IsValid(capsule_, ""), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule_, name), 0);
    ExpectFieldsAsCreated();
    EXPECT_EQ(PyCapsule_IsValid(capsule_, nullptr), 0);
}

TEST_F(SettersTest, SETN_1_TheNameMayBecomeShorterAndLonger)
{
    for (const char *next : {"a", "a.much.longer.name.than.any.before", "ab"}) {
        EXPECT_EQ(PyCapsule_SetName(capsule_, next), 0);
        ExpectFields(&payload, next, LogDestructor, &context);
    }
}

TEST_F(SettersTest, SETN_1_TheEmptyNameIsNotNull)
{
    EXPECT_EQ(PyCapsule_SetName(capsule_, ""), 0);
    EXPECT_EQ(PyCapsule_IsValid(capsule_, ""), 1);
    EXPECT_EQ(PyCapsule_IsValid(capsule_, nullptr), 0);
    EXPECT_EQ(PyCapsule_IsValid(capsule_, name), 0);
}

TEST_F(SettersTest, SETN_1_TheNameMayBeSetToItsOwnValue)
{
    EXPECT_EQ(PyCapsule_SetName(capsule_, name), 0);
    ExpectFieldsAsCreated();
}

TEST_F(SettersTest, SETN_2_TheNameIsStoredByReference)
{
    char *new_name = HeapName("demo.renamed");
    EXPECT_EQ(PyCapsule_SetName(capsule_, new_name), 0);
    EXPECT_EQ(PyCapsule_GetName(capsule_), new_name);
    new_name[0] = 'D';
    EXPECT_EQ(PyCapsule_IsValid(capsule_, "demo.renamed"), 0);
    EXPECT_EQ(PyCapsule_IsValid(capsule_, "Demo.renamed"), 1);
    EXPECT_EQ(PyCapsule_SetName(capsule_, name), 0);
    std::free(new_name);
}

TEST_F(SettersTest, SETN_2_AnEqualNameAtAnotherAddressReplacesTheAddress)
{
    char *equal_name = HeapName(name);
    EXPECT_EQ(PyCapsule_SetName(capsule_, equal_name), 0);
    EXPECT_EQ(PyCapsule_GetName(capsule_), equal_name);
    EXPECT_EQ(PyCapsule_SetName(capsule_, name), 0);
    std::free(equal_name);
}

TEST_F(SettersTest, SETN_3_TheOldNameIsNotFreed)
{
    char *old_name = HeapName("demo.old");
    ASSERT_EQ(PyCapsule_SetName(capsule_, old_name), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule_, other_name), 0);
    EXPECT_STREQ(old_name, "demo.old");
    std::free(old_name);
}

TEST_F(SettersTest, SETN_3_TheOldNameIsNotReadAgain)
{
    char *old_name = HeapName("demo.old");
    ASSERT_EQ(PyCapsule_SetName(capsule_, old_name), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule_, other_name), 0);
    std::free(old_name);
    ExpectFields(&payload, other_name, LogDestructor, &context);
    Py_XDECREF(PyObject_Repr(capsule_));
    DropCapsule();
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, other_name);
}

TEST_F(SettersTest, SETD_1_ReplacesTheDestructorAndNothingElse)
{
    EXPECT_EQ(PyCapsule_SetDestructor(capsule_, OtherLogDestructor), 0);
    ExpectFields(&payload, name, OtherLogDestructor, &context);
}

TEST_F(SettersTest, SETD_1_OnlyTheLastDestructorRuns)
{
    EXPECT_EQ(PyCapsule_SetDestructor(capsule_, OtherLogDestructor), 0);
    EXPECT_EQ(destructor_log.size(), 0u) << "setting must not call any";
    DropCapsule();
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].destructor, OtherLogDestructor);
}

TEST_F(SettersTest, SETD_1_TheSameDestructorSetTwiceRunsOnce)
{
    EXPECT_EQ(PyCapsule_SetDestructor(capsule_, LogDestructor), 0);
    EXPECT_EQ(PyCapsule_SetDestructor(capsule_, LogDestructor), 0);
    DropCapsule();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(SettersTest, SETD_2_NullDisablesTheDestructor)
{
    EXPECT_EQ(PyCapsule_SetDestructor(capsule_, nullptr), 0);
    ExpectFields(&payload, name, nullptr, &context);
    DropCapsule();
    EXPECT_EQ(destructor_log.size(), 0u);
}

TEST_F(SettersTest, SETD_3_ADestructorCanBeAddedLater)
{
    PyObject *capsule = PyCapsule_New(&other_payload, other_name, nullptr);
    ASSERT_TRUE(capsule);
    EXPECT_EQ(PyCapsule_SetDestructor(capsule, LogDestructor), 0);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), LogDestructor);
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].pointer, &other_payload);
}

TEST_F(SettersTest, SETD_3_ADestructorCanBeAddedAgainAfterNull)
{
    EXPECT_EQ(PyCapsule_SetDestructor(capsule_, nullptr), 0);
    EXPECT_EQ(PyCapsule_SetDestructor(capsule_, OtherLogDestructor), 0);
    DropCapsule();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(SettersTest, SETC_1_ReplacesTheContextAndNothingElse)
{
    EXPECT_EQ(PyCapsule_SetContext(capsule_, &other_context), 0);
    ExpectFields(&payload, name, LogDestructor, &other_context);
}

TEST_F(SettersTest, SETC_1_TheContextMayBeNull)
{
    EXPECT_EQ(PyCapsule_SetContext(capsule_, nullptr), 0);
    ExpectFields(&payload, name, LogDestructor, nullptr);
}

TEST_F(SettersTest, SETC_1_TakesAnyValue)
{
    const uintptr_t values[] = {1, 2, 0, INTPTR_MAX, UINTPTR_MAX};
    for (uintptr_t value : values) {
        void *any = reinterpret_cast<void *>(value);
        EXPECT_EQ(PyCapsule_SetContext(capsule_, any), 0);
        EXPECT_EQ(PyCapsule_GetContext(capsule_), any);
    }
    EXPECT_TRUE(NothingRaised());
}

// A block that was freed would be the next one of its size. Does not look at
// what the setter returns: SETC-1 does, and a setter that does nothing frees
// nothing.
TEST_F(SettersTest, SETC_2_TheContextIsNeverFreed)
{
    const size_t size = 16;
    void *old_block = std::malloc(size);
    void *last_block = std::malloc(size);
    (void)PyCapsule_SetContext(capsule_, old_block);
    (void)PyCapsule_SetContext(capsule_, last_block);
    void *after_change = std::malloc(size);
    EXPECT_NE(after_change, old_block);
    DropCapsule();
    void *after_end = std::malloc(size);
    EXPECT_NE(after_end, last_block);
    std::memset(old_block, 1, size);
    std::memset(last_block, 1, size);
    for (void *block :
         std::set<void *>{old_block, last_block, after_change, after_end}) {
        std::free(block);
    }
}

} // namespace
} // namespace rules
