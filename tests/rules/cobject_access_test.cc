// Section 12 of docs/contract.md, COBJ-4 to COBJ-6 and COBJ-8: reading and
// changing a PyCObject.

#include <string>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace {

using rules::Drop;
using rules::Fields;
using rules::FieldsOf;
using rules::NothingRaised;
using rules::PendingException;
using rules::Raised;
using rules::WrongObjects;

const char NAME[] = "demo._C_API";

int payload, other, description;

void *destroyed; // the pointer that the last destructor received

void Destroy(void *pointer) { destroyed = pointer; }

void DestroyWithDesc(void *pointer, void *) { destroyed = pointer; }

class CobjectAccessTest : public rules::Python2Test {
  protected:
    void SetUp() override
    {
        Python2Test::SetUp();
        destroyed = nullptr;
        plain_ = PyCObject_FromVoidPtr(&payload, nullptr);
        described_ =
            PyCObject_FromVoidPtrAndDesc(&payload, &description, nullptr);
        capsule_ = PyCapsule_New(&payload, NAME, nullptr);
    }

    void TearDown() override
    {
        Py_XDECREF(plain_);
        Py_XDECREF(described_);
        Py_XDECREF(capsule_);
        CapsuleTest::TearDown();
    }

    PyObject *plain_ = nullptr;
    PyObject *described_ = nullptr;
    PyObject *capsule_ = nullptr;
};

// --- COBJ-4 ------------------------------------------------------------------

TEST_F(CobjectAccessTest, COBJ_4_ReturnsThePointer)
{
    for (PyObject *cobject : {plain_, described_}) {
        EXPECT_EQ(PyCObject_AsVoidPtr(cobject), &payload);
        EXPECT_EQ(PyCObject_AsVoidPtr(cobject), &payload) << "again";
        EXPECT_EQ(Py_REFCNT(cobject), 1);
        EXPECT_TRUE(NothingRaised());
    }
}

TEST_F(CobjectAccessTest, COBJ_4_NullCanBeThePointer)
{
    PyObject *cobject = PyCObject_FromVoidPtr(nullptr, nullptr);
    EXPECT_EQ(PyCObject_AsVoidPtr(cobject), nullptr);
    EXPECT_TRUE(NothingRaised()) << "only that tells it from a failure";
    Py_DECREF(cobject);
}

TEST_F(CobjectAccessTest, COBJ_4_RefusesOtherObjects)
{
    WrongObjects wrong(NAME);
    for (const WrongObjects::Entry &entry : wrong) {
        EXPECT_EQ(PyCObject_AsVoidPtr(entry.object), nullptr) << entry.what;
        EXPECT_TRUE(Raised(PyExc_TypeError,
                           entry.object
                               ? "PyCObject_AsVoidPtr with non-C-object"
                               : "PyCObject_AsVoidPtr called with null "
                                 "pointer"))
            << entry.what;
    }
    EXPECT_TRUE(wrong.look_alike().Unchanged());
}

TEST_F(CobjectAccessTest, COBJ_4_ReplacesOrLeavesAPendingException)
{
    for (PyObject *accepted : {plain_, capsule_}) {
        PendingException before_success;
        EXPECT_EQ(PyCObject_AsVoidPtr(accepted), &payload);
        EXPECT_TRUE(before_success.StillPending());
    }
    PendingException before_failure;
    EXPECT_EQ(PyCObject_AsVoidPtr(Py_None), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "PyCObject_AsVoidPtr with non-C-object"));
}

// --- COBJ-5 ------------------------------------------------------------------

TEST_F(CobjectAccessTest, COBJ_5_ReturnsTheDescription)
{
    EXPECT_EQ(PyCObject_GetDesc(described_), &description);
    EXPECT_EQ(PyCObject_GetDesc(plain_), nullptr);
    EXPECT_TRUE(NothingRaised()) << "a missing description is not a failure";
    PendingException pending;
    PyCObject_GetDesc(described_);
    PyCObject_GetDesc(plain_);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(CobjectAccessTest, COBJ_5_TakesNoCapsule)
{
    int context = 0;
    ASSERT_EQ(PyCapsule_SetContext(capsule_, &context), 0);
    EXPECT_EQ(PyCObject_GetDesc(capsule_), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, "PyCObject_GetDesc with non-C-object"));
}

TEST_F(CobjectAccessTest, COBJ_5_RefusesOtherObjects)
{
    for (const WrongObjects::Entry &entry : WrongObjects(NAME)) {
        EXPECT_EQ(PyCObject_GetDesc(entry.object), nullptr) << entry.what;
        EXPECT_TRUE(Raised(PyExc_TypeError,
                           entry.object
                               ? "PyCObject_GetDesc with non-C-object"
                               : "PyCObject_GetDesc called with null pointer"))
            << entry.what;
    }
}

TEST_F(CobjectAccessTest, COBJ_5_FailureReplacesAPendingException)
{
    PendingException pending;
    EXPECT_EQ(PyCObject_GetDesc(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, "PyCObject_GetDesc with non-C-object"));
}

// --- COBJ-6 ------------------------------------------------------------------

// Unlike the setters of capsules, which return 0 for success (SET-ALL-3).
TEST_F(CobjectAccessTest, COBJ_6_ReturnsOneAndReplacesThePointer)
{
    for (PyObject *cobject : {plain_, described_}) {
        for (void *pointer : {(void *)&other, (void *)nullptr}) {
            EXPECT_EQ(PyCObject_SetVoidPtr(cobject, pointer), 1);
            EXPECT_EQ(PyCObject_AsVoidPtr(cobject), pointer);
        }
    }
    EXPECT_EQ(PyCObject_GetDesc(described_), &description) << "stays";
    EXPECT_TRUE(NothingRaised());
}

TEST_F(CobjectAccessTest, COBJ_6_RefusesWhereThereIsADestructor)
{
    PyObject *cobjects[] = {
        PyCObject_FromVoidPtr(&payload, Destroy),
        PyCObject_FromVoidPtrAndDesc(&payload, &description, DestroyWithDesc),
    };
    for (PyObject *cobject : cobjects) {
        for (void *pointer : {(void *)&other, (void *)nullptr}) {
            EXPECT_EQ(PyCObject_SetVoidPtr(cobject, pointer), 0);
            EXPECT_TRUE(Raised(PyExc_TypeError,
                               "Invalid call to PyCObject_SetVoidPtr"));
            EXPECT_EQ(PyCObject_AsVoidPtr(cobject), &payload);
        }
        destroyed = nullptr;
        Drop(cobject);
        EXPECT_EQ(destroyed, &payload);
    }
}

TEST_F(CobjectAccessTest, COBJ_6_RefusesCapsules)
{
    Fields before = FieldsOf(capsule_);
    EXPECT_EQ(PyCObject_SetVoidPtr(capsule_, &other), 0);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "Invalid call to PyCObject_SetVoidPtr"));
    EXPECT_EQ(FieldsOf(capsule_), before);
}

TEST_F(CobjectAccessTest, COBJ_6_RefusesOtherObjects)
{
    WrongObjects wrong(NAME);
    for (const WrongObjects::Entry &entry : wrong) {
        EXPECT_EQ(PyCObject_SetVoidPtr(entry.object, &other), 0) << entry.what;
        EXPECT_TRUE(
            Raised(PyExc_TypeError, "Invalid call to PyCObject_SetVoidPtr"))
            << entry.what;
    }
    EXPECT_TRUE(wrong.look_alike().Unchanged());
}

TEST_F(CobjectAccessTest, COBJ_6_ReplacesOrLeavesAPendingException)
{
    PendingException before_success;
    EXPECT_EQ(PyCObject_SetVoidPtr(plain_, &other), 1);
    EXPECT_TRUE(before_success.StillPending());
    for (PyObject *refused : {(PyObject *)nullptr, Py_None, capsule_}) {
        PendingException before_failure;
        EXPECT_EQ(PyCObject_SetVoidPtr(refused, &other), 0);
        EXPECT_TRUE(
            Raised(PyExc_TypeError, "Invalid call to PyCObject_SetVoidPtr"))
            << "NULL sets no exception here (COBJ-8)";
    }
}

// --- COBJ-8 ------------------------------------------------------------------

// This lets PyCObject_AsVoidPtr(PyObject_GetAttrString(...)) report the
// exception of the inner call.
TEST_F(CobjectAccessTest, COBJ_8_NullKeepsAPendingException)
{
    PendingException before_pointer;
    EXPECT_EQ(PyCObject_AsVoidPtr(nullptr), nullptr);
    EXPECT_TRUE(before_pointer.StillPending());
    PendingException before_desc;
    EXPECT_EQ(PyCObject_GetDesc(nullptr), nullptr);
    EXPECT_TRUE(before_desc.StillPending());
}

} // namespace
