// Counts and sizes: what holds once holds the 256th, the 65,536th and every
// other time, and for many capsules at once.
#include <set>
#include <string>
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/support.h"

namespace {

using rules::Drop;
using rules::Fields;
using rules::FieldsOf;
using rules::HeapName;
using rules::NothingRaised;
using rules::Raised;

const char NAME[] = "demo._C_API";

// More than 16 bits can count, and not a multiple of a power of two.
const unsigned MANY = (1u << 16) + 300;

// Sizes around what 8, 12 and 16 bits can count.
const size_t SIZES[] = {127,  128,  255,   256,   257,   1000,
                        4095, 4096, 65535, 65536, 65537, 70000};

unsigned destroyed;

void Count(PyObject *) { destroyed++; }

void DropContext(PyObject *capsule)
{
    destroyed++;
    Py_XDECREF(static_cast<PyObject *>(PyCapsule_GetContext(capsule)));
}

// Returns an address in memory of this test, another one for each number.
// NEW-11 is about addresses of no memory.
void *PointerOf(size_t number)
{
    static char memory[2 << 20];
    return &memory[number % sizeof memory];
}

class CountsTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        destroyed = 0;
    }

    int payload_ = 0;
};

TEST_F(CountsTest, TYPE_1_HasAnyNumberOfReferences)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, Count);
    for (unsigned i = 0; i < MANY; i++) {
        Py_INCREF(capsule);
    }
    EXPECT_REFERENCES(capsule, static_cast<Py_ssize_t>(MANY) + 1);
    EXPECT_EQ(PyCapsule_IsValid(capsule, NAME), 1);
    EXPECT_EQ(PyCapsule_SetContext(capsule, &payload_), 0);
    const Fields fields = {&payload_, NAME, &payload_, Count};
    EXPECT_EQ(FieldsOf(capsule), fields);
    for (unsigned i = 0; i < MANY; i++) {
        Py_DECREF(capsule);
        ASSERT_EQ(destroyed, 0u) << "after " << i + 1 << " of " << MANY + 1;
    }
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
    Drop(capsule);
    EXPECT_EQ(destroyed, 1u);
}

TEST_F(CountsTest, NEW_1_AnyNumberOfCapsulesExistAtATime)
{
    std::set<PyObject *> capsules;
    for (unsigned i = 0; i < MANY; i++) {
        PyObject *capsule = PyCapsule_New(PointerOf(i), NAME, nullptr);
        ASSERT_NE(capsule, nullptr) << "the capsule of number " << i;
        ASSERT_TRUE(capsules.insert(capsule).second)
            << "the capsule of number " << i << " exists already";
    }
    for (PyObject *capsule : capsules) {
        Py_DECREF(capsule);
    }
}

TEST_F(CountsTest, TYPE_2_AnyNumberOfCapsulesKeepTheirFields)
{
    std::vector<PyObject *> capsules;
    std::string names;
    for (unsigned i = 0; i < MANY; i++) {
        names += std::to_string(i) + '\0';
    }
    std::vector<Fields> fields;
    const char *name = names.data();
    for (unsigned i = 0; i < MANY; i++) {
        PyCapsule_Destructor destructor = i % 3 ? Count : nullptr;
        capsules.push_back(PyCapsule_New(PointerOf(i), name, destructor));
        ASSERT_NE(capsules[i], nullptr) << "the capsule of number " << i;
        ASSERT_EQ(PyCapsule_SetContext(capsules[i], PointerOf(i + 1)), 0) << i;
        fields.push_back({PointerOf(i), name, PointerOf(i + 1), destructor});
        name += std::char_traits<char>::length(name) + 1;
    }
    unsigned owed = 0;
    for (unsigned i = 0; i < MANY; i++) {
        ASSERT_EQ(FieldsOf(capsules[i]), fields[i]) << "of capsule " << i;
        owed += i % 3 != 0;
    }
    for (PyObject *capsule : capsules) {
        Py_DECREF(capsule);
    }
    host_collect();
    EXPECT_EQ(destroyed, owed);
}

// The first half of the capsules has a pointer each, the others share one.
TEST_F(CountsTest, NEW_7_EachOfManyDestructorsIsCalledOnce)
{
    for (unsigned i = 0; i < 2 * MANY; i++) {
        PyObject *capsule =
            PyCapsule_New(PointerOf(i < MANY ? i : 0), NAME, Count);
        ASSERT_NE(capsule, nullptr) << "the capsule of number " << i;
        Py_DECREF(capsule);
        if (!host_profile()->deferred_destruction) {
            ASSERT_EQ(destroyed, i + 1);
        }
    }
    host_collect();
    EXPECT_EQ(destroyed, 2 * MANY);
}

TEST_F(CountsTest, TYPE_2_FieldsAreSetAnyNumberOfTimes)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    std::vector<char> names(2 * MANY);
    for (unsigned i = 0; i < MANY; i++) {
        names[2 * i] = static_cast<char>('a' + i % 26);
        PyCapsule_Destructor destructor = i % 2 ? Count : nullptr;
        const Fields fields = {PointerOf(i), &names[2 * i], PointerOf(i + 1),
                               destructor};
        ASSERT_EQ(PyCapsule_SetPointer(capsule, fields.pointer), 0) << i;
        ASSERT_EQ(PyCapsule_SetName(capsule, fields.name), 0) << i;
        ASSERT_EQ(PyCapsule_SetContext(capsule, fields.context), 0) << i;
        ASSERT_EQ(PyCapsule_SetDestructor(capsule, destructor), 0) << i;
        ASSERT_EQ(FieldsOf(capsule), fields) << "at round " << i;
    }
    PyCapsule_SetName(capsule, NAME);
    PyCapsule_SetDestructor(capsule, nullptr);
    Drop(capsule);
}

TEST_F(CountsTest, GET_ALL_2_GettersGiveTheSameAnyNumberOfTimes)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, Count);
    PyCapsule_SetContext(capsule, &destroyed);
    const Fields fields = {&payload_, NAME, &destroyed, Count};
    for (unsigned i = 0; i < MANY; i++) {
        ASSERT_EQ(FieldsOf(capsule), fields) << "at round " << i;
        ASSERT_EQ(PyCapsule_IsValid(capsule, NAME), 1) << "at round " << i;
        ASSERT_TRUE(PyCapsule_CheckExact(capsule)) << "at round " << i;
    }
    EXPECT_REFERENCES(capsule, 1);
    EXPECT_TRUE(NothingRaised());
    Drop(capsule);
}

// More than a million: what is wrong every millionth time. The loops only
// count, so that they stay short.
const unsigned LONG_LIFE = (1u << 20) + 300;

TEST_F(CountsTest, GET_ALL_2_AMillionCallsLaterTheFieldsAreTheSame)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, Count);
    PyCapsule_SetContext(capsule, &destroyed);
    unsigned right = 0;
    for (unsigned i = 0; i < LONG_LIFE; i++) {
        right += PyCapsule_GetPointer(capsule, NAME) == &payload_ &&
                 PyCapsule_GetName(capsule) == NAME &&
                 PyCapsule_GetContext(capsule) == &destroyed &&
                 PyCapsule_GetDestructor(capsule) == Count &&
                 PyCapsule_IsValid(capsule, NAME) == 1;
    }
    EXPECT_EQ(right, LONG_LIFE);
    EXPECT_TRUE(NothingRaised());
    Drop(capsule);
    EXPECT_EQ(destroyed, 1u);
}

TEST_F(CountsTest, SET_ALL_1_EachOfAMillionSettersSucceeds)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    unsigned right = 0;
    for (unsigned i = 0; i < LONG_LIFE; i++) {
        right +=
            PyCapsule_SetPointer(capsule, PointerOf(i)) == 0 &&
            PyCapsule_SetName(capsule, NAME + i % 4) == 0 &&
            PyCapsule_SetContext(capsule, PointerOf(i + 1)) == 0 &&
            PyCapsule_SetDestructor(capsule, i % 2 ? Count : nullptr) == 0 &&
            PyCapsule_GetPointer(capsule, NAME + i % 4) == PointerOf(i) &&
            PyCapsule_GetContext(capsule) == PointerOf(i + 1);
    }
    EXPECT_EQ(right, LONG_LIFE);
    EXPECT_TRUE(NothingRaised());
    Drop(capsule);
}

TEST_F(CountsTest, NEW_7_EachOfAMillionCapsulesIsCreatedAndDestroyed)
{
    unsigned right = 0;
    for (unsigned i = 0; i < LONG_LIFE; i++) {
        PyObject *capsule = PyCapsule_New(PointerOf(i), NAME, Count);
        right += capsule &&
                 PyCapsule_GetPointer(capsule, NAME) == PointerOf(i) &&
                 PyCapsule_GetContext(capsule) == nullptr;
        Py_XDECREF(capsule);
    }
    host_collect();
    EXPECT_EQ(right, LONG_LIFE);
    EXPECT_EQ(destroyed, LONG_LIFE);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(CountsTest, GETP_3_AWrongNameIsRefusedAnyNumberOfTimes)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    for (unsigned i = 0; i < 5000; i++) {
        ASSERT_EQ(PyCapsule_GetPointer(capsule, "wrong"), nullptr) << i;
        ASSERT_TRUE(Raised(PyExc_ValueError,
                           "PyCapsule_GetPointer called with incorrect name"))
            << "at round " << i;
    }
    Drop(capsule);
}

TEST_F(CountsTest, GETP_6_NamesOfAnyLengthAreCompared)
{
    for (size_t size : SIZES) {
        HeapName name(std::string(size, 'a')), copy(std::string(size, 'a'));
        PyObject *capsule = PyCapsule_New(&payload_, name, nullptr);
        EXPECT_EQ(PyCapsule_GetName(capsule), name.get());
        EXPECT_EQ(PyCapsule_GetPointer(capsule, copy), &payload_) << size;
        EXPECT_EQ(PyCapsule_IsValid(capsule, copy), 1) << size;
        Drop(capsule);
    }
}

TEST_F(CountsTest, GETP_3_NamesOfAnyLengthDifferAtTheirLastCharacter)
{
    for (size_t size : SIZES) {
        HeapName name(std::string(size, 'a'));
        HeapName other(std::string(size - 1, 'a') + 'b');
        HeapName shorter(std::string(size - 1, 'a'));
        PyObject *capsule = PyCapsule_New(&payload_, name, nullptr);
        for (const char *wrong : {other.get(), shorter.get()}) {
            EXPECT_EQ(PyCapsule_IsValid(capsule, wrong), 0) << size;
            EXPECT_EQ(PyCapsule_GetPointer(capsule, wrong), nullptr) << size;
            EXPECT_TRUE(
                Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
        }
        Drop(capsule);
    }
}

TEST_F(CountsTest, DTOR_1_ADestructorRunsInsideAnyNumberOfOthers)
{
    const unsigned DEPTH = 1000;
    PyObject *first = nullptr;
    for (unsigned i = 0; i < DEPTH; i++) {
        PyObject *capsule = PyCapsule_New(PointerOf(i), NAME, DropContext);
        ASSERT_NE(capsule, nullptr);
        PyCapsule_SetContext(capsule, first);
        first = capsule;
    }
    Py_DECREF(first);
    for (unsigned i = 0; i < DEPTH && destroyed < DEPTH; i++) {
        host_collect(); // PyPy destroys one capsule of a chain at a time
    }
    EXPECT_EQ(destroyed, DEPTH);
}

} // namespace
