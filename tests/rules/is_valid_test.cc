// Section 4 of docs/contract.md: PyCapsule_IsValid.

#include <string>
#include <vector>

#include "tests/rules/fields.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace {

using rules::HeapName;
using rules::NothingRaised;
using rules::PendingException;
using rules::Raised;
using rules::WrongObjects;

const char NAME[] = "demo._C_API";

class IsValidTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        named_ = PyCapsule_New(&payload_, NAME, nullptr);
        unnamed_ = PyCapsule_New(&payload_, nullptr, nullptr);
        ASSERT_NE(named_, nullptr);
        ASSERT_NE(unnamed_, nullptr);
    }

    void TearDown() override
    {
        Py_XDECREF(named_);
        Py_XDECREF(unnamed_);
        CapsuleTest::TearDown();
    }

    int payload_ = 0;
    PyObject *named_ = nullptr;
    PyObject *unnamed_ = nullptr;
};

TEST_F(IsValidTest, VAL_1_ACapsuleIsValidUnderItsName)
{
    EXPECT_TRUE(PyCapsule_IsValid(named_, NAME));
    EXPECT_TRUE(PyCapsule_IsValid(unnamed_, nullptr));
}

TEST_F(IsValidTest, VAL_1_AnotherNameIsNotValid)
{
    for (const char *name : {"", "demo", "demo._C_AP", "demo._C_API.",
                             "demo._C_APi", "Demo._C_API", " demo._C_API"}) {
        EXPECT_FALSE(PyCapsule_IsValid(named_, name)) << name;
        EXPECT_FALSE(PyCapsule_IsValid(unnamed_, name)) << name;
    }
}

TEST_F(IsValidTest, VAL_1_NullIsTheNameOfUnnamedCapsulesOnly)
{
    EXPECT_FALSE(PyCapsule_IsValid(named_, nullptr));
    PyObject *empty = PyCapsule_New(&payload_, "", nullptr);
    EXPECT_FALSE(PyCapsule_IsValid(empty, nullptr));
    EXPECT_FALSE(PyCapsule_IsValid(unnamed_, ""));
    EXPECT_TRUE(PyCapsule_IsValid(empty, ""));
    Py_DECREF(empty);
}

TEST_F(IsValidTest, VAL_1_EqualNamesAtAnotherAddressMatch)
{
    HeapName copy(NAME);
    ASSERT_NE(static_cast<const char *>(copy), NAME);
    EXPECT_TRUE(PyCapsule_IsValid(named_, copy));
}

TEST_F(IsValidTest, VAL_1_LongNamesAreComparedToTheirEnd)
{
    std::string text(4096, 'n');
    HeapName stored(text), same(text), shorter(text.substr(1));
    text.back() = 'm';
    HeapName other(text);
    PyObject *capsule = PyCapsule_New(&payload_, stored, nullptr);
    EXPECT_TRUE(PyCapsule_IsValid(capsule, same));
    EXPECT_FALSE(PyCapsule_IsValid(capsule, shorter));
    EXPECT_FALSE(PyCapsule_IsValid(capsule, other));
    Py_DECREF(capsule);
}

TEST_F(IsValidTest, VAL_1_FollowsTheSetters)
{
    int other = 0;
    ASSERT_EQ(PyCapsule_SetName(named_, "other"), 0);
    EXPECT_FALSE(PyCapsule_IsValid(named_, NAME));
    EXPECT_TRUE(PyCapsule_IsValid(named_, "other"));
    ASSERT_EQ(PyCapsule_SetPointer(named_, &other), 0);
    EXPECT_TRUE(PyCapsule_IsValid(named_, "other"));
    // The refused pointer leaves the capsule valid.
    EXPECT_NE(PyCapsule_SetPointer(named_, nullptr), 0);
    PyErr_Clear();
    EXPECT_TRUE(PyCapsule_IsValid(named_, "other"));
}

TEST_F(IsValidTest, VAL_2_FalseIsZero)
{
    EXPECT_EQ(PyCapsule_IsValid(named_, "other"), 0);
    EXPECT_EQ(PyCapsule_IsValid(Py_None, NAME), 0);
    EXPECT_EQ(PyCapsule_IsValid(nullptr, NAME), 0);
}

TEST_F(IsValidTest, VAL_2_TrueIsNonzeroAndInCPythonOne)
{
    int result = PyCapsule_IsValid(named_, NAME);
    EXPECT_NE(result, 0);
    if (host_profile()->observed_rules) {
        EXPECT_EQ(result, 1);
    }
}

TEST_F(IsValidTest, VAL_3_OtherObjectsAreInvalidWithoutAnError)
{
    for (const WrongObjects::Entry &entry : WrongObjects(NAME)) {
        for (const char *name : {NAME, "", (const char *)nullptr}) {
            EXPECT_FALSE(PyCapsule_IsValid(entry.object, name)) << entry.what;
            EXPECT_TRUE(NothingRaised()) << entry.what;
        }
    }
}

TEST_F(IsValidTest, VAL_3_NeitherAnswerSetsAnException)
{
    EXPECT_TRUE(PyCapsule_IsValid(named_, NAME));
    EXPECT_TRUE(NothingRaised());
    EXPECT_FALSE(PyCapsule_IsValid(named_, "other"));
    EXPECT_TRUE(NothingRaised());
    EXPECT_FALSE(PyCapsule_IsValid(named_, nullptr));
    EXPECT_TRUE(NothingRaised());
}

TEST_F(IsValidTest, VAL_4_AfterTrueEveryGetterSucceeds)
{
    // Three of the four fields are NULL here; a NULL result is a success.
    ASSERT_TRUE(PyCapsule_IsValid(unnamed_, nullptr));
    EXPECT_EQ(PyCapsule_GetPointer(unnamed_, nullptr), &payload_);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_GetName(unnamed_), nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_GetContext(unnamed_), nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_GetDestructor(unnamed_), nullptr);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(IsValidTest, VAL_5_AgreesWithGetPointerForEveryName)
{
    const std::vector<const char *> names = {
        nullptr, "", "a", "a.b", "a.B", "a.b.", "a.bc", "\xff", "\x7f", NAME};
    for (const char *stored : names) {
        PyObject *capsule = PyCapsule_New(&payload_, stored, nullptr);
        for (const char *asked : names) {
            bool valid = PyCapsule_IsValid(capsule, asked) != 0;
            void *pointer = PyCapsule_GetPointer(capsule, asked);
            EXPECT_EQ(valid, pointer != nullptr)
                << "stored " << ::testing::PrintToString(stored) << ", asked "
                << ::testing::PrintToString(asked);
            EXPECT_EQ(valid, stored == asked);
            PyErr_Clear();
        }
        Py_DECREF(capsule);
    }
}

TEST_F(IsValidTest, VAL_5_AWrongNameFailsInGetPointerToo)
{
    ASSERT_FALSE(PyCapsule_IsValid(named_, "other"));
    EXPECT_EQ(PyCapsule_GetPointer(named_, "other"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
}

TEST_F(IsValidTest, VAL_6_TrueLeavesAPendingException)
{
    PendingException before;
    EXPECT_TRUE(PyCapsule_IsValid(named_, NAME));
    EXPECT_TRUE(before.StillPending());
}

TEST_F(IsValidTest, VAL_6_FalseLeavesAPendingException)
{
    for (const char *name : {"other", "", (const char *)nullptr}) {
        PendingException before;
        EXPECT_FALSE(PyCapsule_IsValid(named_, name));
        EXPECT_TRUE(before.StillPending());
    }
    for (const WrongObjects::Entry &entry : WrongObjects(NAME)) {
        PendingException before;
        EXPECT_FALSE(PyCapsule_IsValid(entry.object, NAME));
        EXPECT_TRUE(before.StillPending()) << entry.what;
    }
}

} // namespace
