// Section 3 of docs/contract.md: PyCapsule_GetPointer, and how names are
// compared.

#include <string>
#include <utility>
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
using ::testing::PrintToString; // escapes characters that are not ASCII

const char NAME[] = "demo._C_API";

const char INVALID[] =
    "PyCapsule_GetPointer called with invalid PyCapsule object";
const char INCORRECT[] = "PyCapsule_GetPointer called with incorrect name";

class GetPointerTest : public rules::CapsuleTest {
  protected:
    // Copies both names into blocks of their exact size, so that a sanitizer
    // reports a read past the end.
    void ExpectMatch(const std::string &stored, const std::string &asked)
    {
        HeapName stored_name(stored), asked_name(asked);
        PyObject *capsule = PyCapsule_New(&payload_, stored_name, nullptr);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, asked_name), &payload_)
            << "stored " << PrintToString(stored) << ", asked "
            << PrintToString(asked);
        EXPECT_TRUE(NothingRaised());
        Py_DECREF(capsule);
    }

    void ExpectMismatch(const std::string &stored, const std::string &asked)
    {
        HeapName stored_name(stored), asked_name(asked);
        PyObject *capsule = PyCapsule_New(&payload_, stored_name, nullptr);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, asked_name), nullptr)
            << "stored " << PrintToString(stored) << ", asked "
            << PrintToString(asked);
        EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
        Py_DECREF(capsule);
    }

    int payload_ = 0;
};

TEST_F(GetPointerTest, GETP_1_TheRightNameGetsThePointer)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
    EXPECT_TRUE(NothingRaised());
    // A second call gives the same result.
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_1_FollowsTheSetters)
{
    int other = 0;
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    ASSERT_EQ(PyCapsule_SetPointer(capsule, &other), 0);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &other);
    ASSERT_EQ(PyCapsule_SetName(capsule, "renamed"), 0);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "renamed"), &other);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_1_SuccessLeavesAPendingException)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    PendingException before;
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
    EXPECT_TRUE(before.StillPending());
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_2_AWrongNameIsNullAndAnException)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    for (const char *name : {"other", "", (const char *)nullptr}) {
        EXPECT_EQ(PyCapsule_GetPointer(capsule, name), nullptr);
        EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
    }
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_2_AWrongObjectIsNullAndAnException)
{
    for (const WrongObjects::Entry &entry : WrongObjects(NAME)) {
        for (const char *name : {NAME, "other", (const char *)nullptr}) {
            EXPECT_EQ(PyCapsule_GetPointer(entry.object, name), nullptr)
                << entry.what;
            EXPECT_TRUE(Raised(PyExc_ValueError, INVALID)) << entry.what;
        }
    }
}

TEST_F(GetPointerTest, GETP_2_TheFailureReplacesAPendingException)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    for (const char *name : {"other", "", (const char *)nullptr}) {
        PendingException before;
        EXPECT_EQ(PyCapsule_GetPointer(capsule, name), nullptr);
        EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
    }
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_3_NearMissesDoNotMatch)
{
    const std::pair<const char *, const char *> pairs[] = {
        {"n", "m"},          {"a.b", "a.B"},     {"a.b", "a.b."},
        {"a", "a.b"},        {"a.b", "b"},       {"a.b", "b.a"},
        {"", "x"},           {"", "."},          {"demo", " demo"},
        {"demo", "demo "},   {"demo", "demo\n"}, {"a.b", "a_b"},
        {"a..b", "a.b"},     {"\xff", "\x7f"},   {"\x80", "\xff"},
        {"a\x80", "a"},      {"\x01", "\x02"},   {"\xc3\xa9", "e"},
        {"\xc3\xa9", "\xe9"}};
    for (const auto &pair : pairs) {
        ExpectMismatch(pair.first, pair.second);
        ExpectMismatch(pair.second, pair.first);
    }
}

TEST_F(GetPointerTest, GETP_3_EqualNamesOfAnyBytesMatch)
{
    for (const char *name : {"", "n", "a.b", "a.b.", ".", "..", " ", "%s", "\"",
                             "\xff\xfe", "h\xc3\xa9", "\x01\x7f\x80"}) {
        ExpectMatch(name, name);
    }
}

TEST_F(GetPointerTest, GETP_3_EveryByteOfANameCounts)
{
    const std::string name = NAME;
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    for (size_t i = 0; i < name.size(); i++) {
        // Byte 0 ends the string, so that the test then asks for a prefix of
        // the name.
        for (int byte = 0; byte < 256; byte++) {
            std::string asked = name;
            asked[i] = static_cast<char>(byte);
            bool same = asked == name;
            bool got = PyCapsule_GetPointer(capsule, asked.c_str());
            EXPECT_EQ(got, same) << "byte " << i << " is " << byte;
            EXPECT_EQ(PyErr_Occurred() != nullptr, !same);
            PyErr_Clear();
        }
    }
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_3_NamesEndAtTheirFirstNulByte)
{
    PyObject *capsule = PyCapsule_New(&payload_, "a.b\0c", nullptr);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "a.b"), &payload_);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "a.b\0d"), &payload_);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_3_LongNamesAreComparedToTheirEnd)
{
    for (size_t length : {255u, 256u, 4095u, 4096u}) {
        const std::string name(length, 'n');
        ExpectMatch(name, name);
        ExpectMismatch(name, name + "n");
        ExpectMismatch(name + "n", name);
        std::string other = name;
        other.back() = 'm';
        ExpectMismatch(name, other);
        other = name;
        other.front() = 'm';
        ExpectMismatch(name, other);
    }
}

TEST_F(GetPointerTest, GETP_4_NullMatchesNull)
{
    PyObject *capsule = PyCapsule_New(&payload_, nullptr, nullptr);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, nullptr), &payload_);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_4_NullMatchesNoText)
{
    PyObject *unnamed = PyCapsule_New(&payload_, nullptr, nullptr);
    for (const char *name : {"", "n", "NULL", NAME}) {
        EXPECT_EQ(PyCapsule_GetPointer(unnamed, name), nullptr) << name;
        EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
        PyObject *named = PyCapsule_New(&payload_, name, nullptr);
        EXPECT_EQ(PyCapsule_GetPointer(named, nullptr), nullptr) << name;
        EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
        Py_DECREF(named);
    }
    Py_DECREF(unnamed);
}

TEST_F(GetPointerTest, GETP_5_AWrongNameDoesNotGetThePointer)
{
    PyObject *capsule = PyCapsule_New(&payload_, "fastdb._C_API", nullptr);
    for (const char *name : {"otherdb._C_API", "fastdb._C_AP", "fastdb",
                             "fastdb._C_API2", "", (const char *)nullptr}) {
        EXPECT_NE(PyCapsule_GetPointer(capsule, name), &payload_);
        EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
    }
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_6_TextCountsAndNotItsAddress)
{
    HeapName stored(NAME), asked(NAME);
    ASSERT_NE(stored.get(), asked.get());
    PyObject *capsule = PyCapsule_New(&payload_, stored, nullptr);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, asked), &payload_);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, stored), &payload_);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(GetPointerTest, GETP_6_TheSameAddressWithOtherTextDoesNotMatch)
{
    HeapName stored(NAME), asked(NAME);
    PyObject *capsule = PyCapsule_New(&payload_, stored, nullptr);
    asked.get()[0] = 'x';
    EXPECT_EQ(PyCapsule_GetPointer(capsule, asked), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
    // After the same edit of the stored name, the names are equal again.
    stored.get()[0] = 'x';
    EXPECT_EQ(PyCapsule_GetPointer(capsule, asked), &payload_);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, INCORRECT));
    Py_DECREF(capsule);
}

} // namespace
