// A capsule in memory that was something else before: it has nothing of that,
// and what the implementation remembers of an address does not outlive what was
// there.
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/reuse.h"
#include "tests/rules/support.h"

namespace {

using rules::Drop;
using rules::Fields;
using rules::FieldsOf;
using rules::NothingRaised;
using rules::Raised;
using rules::ReusedMemory;

const char NAME[] = "demo._C_API";
const char OTHER_NAME[] = "demo.other";

const int FILLS[] = {0, 0xff, 0xbe, 1, -1};

std::vector<PyObject *> destroyed;

void Log(PyObject *capsule) { destroyed.push_back(capsule); }

class ReuseTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        destroyed.clear();
    }

    int payload_ = 0, other_ = 0;
};

TEST_F(ReuseTest, NEW_10_TheContextBeginsAsNullWhateverWasThere)
{
    for (int fill : FILLS) {
        ReusedMemory memory(fill);
        for (int i = 0; i < 20; i++) {
            PyObject *capsule = PyCapsule_New(&payload_, NAME, Log);
            const Fields fields = {&payload_, NAME, nullptr, Log};
            EXPECT_EQ(FieldsOf(capsule), fields) << "in memory of " << fill;
            EXPECT_REFERENCES(capsule, 1);
            PyCapsule_SetContext(capsule, &other_);
            Drop(capsule);
        }
    }
}

TEST_F(ReuseTest, NEW_8_WithoutADestructorNothingIsCalledWhateverWasThere)
{
    for (int fill : FILLS) {
        ReusedMemory memory(fill);
        Drop(PyCapsule_New(&payload_, NAME, Log));
        destroyed.clear();
        Drop(PyCapsule_New(&payload_, nullptr, nullptr));
        EXPECT_TRUE(destroyed.empty()) << "in memory of " << fill;
    }
}

TEST_F(ReuseTest, DTOR_1_EachCapsuleOfAnAddressHasItsDestructorCalled)
{
    ReusedMemory memory(0);
    for (size_t i = 0; i < 20; i++) {
        PyObject *capsule = PyCapsule_New(&payload_, NAME, Log);
        Drop(capsule);
        ASSERT_EQ(destroyed.size(), i + 1);
        EXPECT_EQ(destroyed[i], capsule);
    }
}

TEST_F(ReuseTest, GETP_3_ANameThatMatchedDoesNotMatchTheNextCapsule)
{
    ReusedMemory memory(0);
    PyObject *first = PyCapsule_New(&payload_, NAME, nullptr);
    EXPECT_EQ(PyCapsule_GetPointer(first, NAME), &payload_);
    EXPECT_EQ(PyCapsule_IsValid(first, NAME), 1);
    Drop(first);
    PyObject *second = PyCapsule_New(&other_, OTHER_NAME, nullptr);
    EXPECT_EQ(PyCapsule_IsValid(second, NAME), 0);
    EXPECT_EQ(PyCapsule_GetPointer(second, NAME), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
    EXPECT_EQ(PyCapsule_GetPointer(second, OTHER_NAME), &other_);
    Drop(second);
}

// Each getter is called for both capsules, and no setter in between.
TEST_F(ReuseTest, TYPE_2_TheFieldsOfAFormerCapsuleAreNotSeen)
{
    ReusedMemory memory(0);
    PyObject *first = PyCapsule_New(&payload_, NAME, Log);
    PyCapsule_SetContext(first, &payload_);
    const Fields before = {&payload_, NAME, &payload_, Log};
    EXPECT_EQ(FieldsOf(first), before);
    Drop(first);
    PyObject *second = PyCapsule_New(&other_, OTHER_NAME, nullptr);
    const Fields fields = {&other_, OTHER_NAME, nullptr, nullptr};
    EXPECT_EQ(FieldsOf(second), fields);
    PyCapsule_SetContext(second, &other_);
    EXPECT_EQ(FieldsOf(second).context, &other_);
    Drop(second);
}

TEST_F(ReuseTest, GET_ALL_1_AnObjectAtACapsulesAddressIsNoCapsule)
{
    ReusedMemory memory(0);
    for (int i = 0; i < 20; i++) {
        PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
        Drop(capsule);
        PyObject *object = PyList_New(0);
        EXPECT_EQ(PyCapsule_GetPointer(object, NAME), nullptr);
        EXPECT_TRUE(Raised(PyExc_ValueError));
        EXPECT_EQ(PyCapsule_GetName(object), nullptr);
        EXPECT_TRUE(Raised(PyExc_ValueError));
        EXPECT_EQ(PyCapsule_IsValid(object, NAME), 0);
        EXPECT_FALSE(PyCapsule_CheckExact(object));
        EXPECT_TRUE(NothingRaised());
        Py_DECREF(object);
    }
}

} // namespace
