// Section 12 of docs/contract.md: capsules and PyCObject as What's New in
// Python 2.7 describes them.

#include <string>

#include "tests/rules/fields.h"
#include "tests/rules/modules.h"
#include "tests/rules/warning_filters.h"
#include "tests/rules/wrong_objects.h"

namespace {

using rules::CountOf;
using rules::Fields;
using rules::FieldsOf;
using rules::FilterWarnings;
using rules::Importable;
using rules::NothingRaised;
using rules::PendingException;
using rules::Publish;
using rules::Put;
using rules::Raised;
using rules::WrittenBy;

const char NAME[] = "demo._C_API";

const char PENDING_DEPRECATION[] =
    "The CObject type is marked Pending Deprecation in Python 2.7.  Please use "
    "capsule objects instead.";

int payload, other;

// The tests restore the warning filters.
class WhatsNew27Test : public rules::WarningsTest {
  protected:
    void SetUp() override
    {
        WarningsTest::SetUp();
        cobject_ = PyCObject_FromVoidPtr(&payload, nullptr);
        capsule_ = PyCapsule_New(&payload, NAME, nullptr);
    }

    void TearDown() override
    {
        Py_XDECREF(cobject_);
        Py_XDECREF(capsule_);
        WarningsTest::TearDown();
    }

    PyObject *cobject_ = nullptr;
    PyObject *capsule_ = nullptr;
};

// --- W27-1 -------------------------------------------------------------------

// The consumer from What's New in Python 2.7. Returns the pointer; NULL if
// another object took the place of the right capsule.
void *Consume(PyObject *module)
{
    PyObject *found = PyObject_GetAttrString(module, "_C_API");
    void *pointer = PyCapsule_IsValid(found, NAME)
                        ? PyCapsule_GetPointer(found, NAME)
                        : nullptr;
    Py_XDECREF(found);
    return pointer;
}

TEST_F(WhatsNew27Test, W27_1_APyCObjectInItsPlaceIsNoticed)
{
    Importable module("demo");
    Put(module.get(), "_C_API", PyCObject_FromVoidPtr(&other, nullptr));
    EXPECT_EQ(Consume(module.get()), nullptr);
    EXPECT_TRUE(NothingRaised());
}

// Capsules exist to prevent this: PyCObject_AsVoidPtr returns the wrong
// pointer, without an exception.
TEST_F(WhatsNew27Test, W27_1_PyCObjectsLackThisProtection)
{
    Importable module("demo");
    Publish(module.get(), "_C_API", &other, "evil._C_API");
    PyObject *found = PyObject_GetAttrString(module.get(), "_C_API");
    EXPECT_EQ(PyCObject_AsVoidPtr(found), &other);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(found);
}

TEST_F(WhatsNew27Test, W27_1_NoCapsuleFunctionTakesAPyCObject)
{
    EXPECT_FALSE(PyCapsule_CheckExact(cobject_));
    EXPECT_EQ(PyCapsule_IsValid(cobject_, nullptr), 0);
    EXPECT_TRUE(NothingRaised());
    const std::string invalid = " called with invalid PyCapsule object";
    EXPECT_EQ(PyCapsule_GetPointer(cobject_, nullptr), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetPointer" + invalid));
    EXPECT_EQ(PyCapsule_GetName(cobject_), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetName" + invalid));
    EXPECT_EQ(PyCapsule_GetContext(cobject_), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetContext" + invalid));
    EXPECT_EQ(PyCapsule_GetDestructor(cobject_), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetDestructor" + invalid));
    EXPECT_NE(PyCapsule_SetPointer(cobject_, &other), 0);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_SetPointer" + invalid));
    EXPECT_NE(PyCapsule_SetName(cobject_, NAME), 0);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_SetName" + invalid));
    EXPECT_NE(PyCapsule_SetContext(cobject_, &other), 0);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_SetContext" + invalid));
    EXPECT_NE(PyCapsule_SetDestructor(cobject_, rules::LogDestructor), 0);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_SetDestructor" + invalid));
    EXPECT_EQ(PyCObject_AsVoidPtr(cobject_), &payload) << "unchanged";
}

// --- W27-2 -------------------------------------------------------------------

TEST_F(WhatsNew27Test, W27_2_TakesACapsuleOfAnyName)
{
    for (const char *name : {NAME, "", "another", (const char *)nullptr}) {
        ASSERT_EQ(PyCapsule_SetName(capsule_, name), 0);
        Fields before = FieldsOf(capsule_);
        EXPECT_EQ(PyCObject_AsVoidPtr(capsule_), &payload)
            << (name ? name : "NULL");
        EXPECT_TRUE(NothingRaised());
        EXPECT_EQ(FieldsOf(capsule_), before);
        EXPECT_EQ(Py_REFCNT(capsule_), 1);
    }
}

TEST_F(WhatsNew27Test, W27_2_ReturnsThePointerOfNow)
{
    ASSERT_EQ(PyCapsule_SetPointer(capsule_, &other), 0);
    EXPECT_EQ(PyCObject_AsVoidPtr(capsule_), &other);
}

TEST_F(WhatsNew27Test, W27_2_LooksAtTheTypeAndNotAtTheShape)
{
    rules::LookAlike look_alike(NAME);
    EXPECT_EQ(PyCObject_AsVoidPtr(look_alike.object()), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "PyCObject_AsVoidPtr with non-C-object"));
    EXPECT_TRUE(look_alike.Unchanged());
}

// --- W27-3 -------------------------------------------------------------------

bool Warns() { return host_profile()->as_void_ptr_warns; }

TEST_F(WhatsNew27Test, W27_3_TheUseIsSilentByDefault)
{
    EXPECT_EQ(WrittenBy([this] {
                  EXPECT_EQ(PyCObject_AsVoidPtr(cobject_), &payload);
                  EXPECT_EQ(PyCObject_AsVoidPtr(capsule_), &payload);
              }),
              "");
    EXPECT_TRUE(NothingRaised());
}

TEST_F(WhatsNew27Test, W27_3_TheUseIsShownWhereAFilterWantsIt)
{
    FilterWarnings("always");
    for (PyObject *used : {cobject_, capsule_}) {
        std::string shown = WrittenBy([&] {
            EXPECT_EQ(PyCObject_AsVoidPtr(used), &payload);
            EXPECT_EQ(PyCObject_AsVoidPtr(used), &payload);
        });
        EXPECT_EQ(CountOf("PendingDeprecationWarning: " +
                              std::string(PENDING_DEPRECATION) + "\n",
                          shown),
                  Warns() ? 2 : 0)
            << shown;
        EXPECT_TRUE(NothingRaised());
    }
}

TEST_F(WhatsNew27Test, W27_3_TheUseIsAnExceptionWhereAFilterWantsIt)
{
    FilterWarnings("error");
    for (PyObject *used : {cobject_, capsule_}) {
        void *pointer = PyCObject_AsVoidPtr(used);
        if (Warns()) {
            EXPECT_EQ(pointer, nullptr);
            EXPECT_TRUE(
                Raised(PyExc_PendingDeprecationWarning, PENDING_DEPRECATION));
        } else {
            EXPECT_EQ(pointer, &payload);
            EXPECT_TRUE(NothingRaised());
        }
    }
}

TEST_F(WhatsNew27Test, W27_3_TheWarningComesBeforeEveryCheck)
{
    FilterWarnings("error");
    for (PyObject *wrong : {(PyObject *)nullptr, Py_None}) {
        EXPECT_EQ(PyCObject_AsVoidPtr(wrong), nullptr);
        EXPECT_TRUE(Raised(Warns() ? PyExc_PendingDeprecationWarning
                                   : PyExc_TypeError));
    }
}

TEST_F(WhatsNew27Test, W27_3_TheSilentWarningLeavesAPendingException)
{
    for (PyObject *used : {cobject_, capsule_, (PyObject *)nullptr}) {
        PendingException pending;
        PyCObject_AsVoidPtr(used);
        EXPECT_TRUE(pending.StillPending());
    }
}

TEST_F(WhatsNew27Test, W27_3_OtherFunctionsSignalNothing)
{
    FilterWarnings("error");
    PyObject *made = PyCObject_FromVoidPtr(&payload, nullptr);
    EXPECT_NE(made, nullptr);
    EXPECT_EQ(PyCObject_GetDesc(cobject_), nullptr);
    EXPECT_EQ(PyCObject_SetVoidPtr(cobject_, &other), 1);
    EXPECT_TRUE(PyCObject_Check(cobject_));
    EXPECT_EQ(PyCapsule_GetPointer(capsule_, NAME), &payload);
    EXPECT_TRUE(NothingRaised());
    Py_XDECREF(made);
}

} // namespace
