// Section 3 of docs/contract.md: the four getters.

#include <cstring>
#include <string>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace {

using rules::destructor_log;
using rules::Drop;
using rules::Fields;
using rules::FieldsOf;
using rules::HeapName;
using rules::LogDestructor;
using rules::LookAlike;
using rules::NothingRaised;
using rules::OtherLogDestructor;
using rules::PendingException;
using rules::Raised;
using rules::WrongObjects;

const char NAME[] = "demo._C_API";

// All getters with one signature; GetPointer asks for NAME.
struct Getter {
    const char *function;
    const void *(*get)(PyObject *capsule);
};

const Getter GETTERS[] = {
    {"PyCapsule_GetPointer",
     [](PyObject *capsule) -> const void * {
         return PyCapsule_GetPointer(capsule, NAME);
     }},
    {"PyCapsule_GetName",
     [](PyObject *capsule) -> const void * {
         return PyCapsule_GetName(capsule);
     }},
    {"PyCapsule_GetContext",
     [](PyObject *capsule) -> const void * {
         return PyCapsule_GetContext(capsule);
     }},
    {"PyCapsule_GetDestructor",
     [](PyObject *capsule) -> const void * {
         return reinterpret_cast<const void *>(
             PyCapsule_GetDestructor(capsule));
     }},
};

std::string Invalid(const char *function)
{
    return std::string(function) + " called with invalid PyCapsule object";
}

class GettersTest : public rules::CapsuleTest {
  protected:
    int payload_ = 0;
    int context_ = 0;
};

TEST_F(GettersTest, GETD_1_ReturnsTheDestructorOfNew)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), LogDestructor);
    EXPECT_TRUE(NothingRaised());
    EXPECT_TRUE(destructor_log.empty());
    Drop(capsule);
}

TEST_F(GettersTest, GETD_1_ReturnsTheDestructorThatWasSet)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_EQ(PyCapsule_SetDestructor(capsule, OtherLogDestructor), 0);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), OtherLogDestructor);
    // The destructor that runs is the one that was set.
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].destructor, OtherLogDestructor);
}

TEST_F(GettersTest, GETD_1_FailureIsNullAndAnException)
{
    EXPECT_EQ(PyCapsule_GetDestructor(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, Invalid("PyCapsule_GetDestructor")));
}

TEST_F(GettersTest, GETD_2_NullIsALegalDestructor)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_TRUE(PyCapsule_IsValid(capsule, NAME));
    ASSERT_EQ(PyCapsule_SetDestructor(capsule, LogDestructor), 0);
    ASSERT_EQ(PyCapsule_SetDestructor(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), nullptr);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(GettersTest, GETC_1_ReturnsTheContextThatWasSet)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    for (void *context :
         {(void *)&context_, (void *)1, (void *)-1, (void *)&payload_}) {
        ASSERT_EQ(PyCapsule_SetContext(capsule, context), 0);
        EXPECT_EQ(PyCapsule_GetContext(capsule), context);
        EXPECT_TRUE(NothingRaised());
    }
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].context, &payload_);
}

TEST_F(GettersTest, GETC_1_FailureIsNullAndAnException)
{
    EXPECT_EQ(PyCapsule_GetContext(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, Invalid("PyCapsule_GetContext")));
}

TEST_F(GettersTest, GETC_2_NullIsALegalContext)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context_), 0);
    ASSERT_EQ(PyCapsule_SetContext(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_GetContext(capsule), nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_TRUE(PyCapsule_IsValid(capsule, NAME));
    Py_DECREF(capsule);
}

TEST_F(GettersTest, GETN_1_ReturnsTheCurrentName)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    EXPECT_STREQ(PyCapsule_GetName(capsule), NAME);
    EXPECT_TRUE(NothingRaised());
    ASSERT_EQ(PyCapsule_SetName(capsule, "renamed"), 0);
    EXPECT_STREQ(PyCapsule_GetName(capsule), "renamed");
    EXPECT_TRUE(NothingRaised());
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, "renamed");
}

TEST_F(GettersTest, GETN_1_TheEmptyNameIsNotNull)
{
    PyObject *capsule = PyCapsule_New(&payload_, "", nullptr);
    EXPECT_STREQ(PyCapsule_GetName(capsule), "");
    Py_DECREF(capsule);
}

TEST_F(GettersTest, GETN_1_FailureIsNullAndAnException)
{
    EXPECT_EQ(PyCapsule_GetName(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, Invalid("PyCapsule_GetName")));
}

TEST_F(GettersTest, GETN_2_NullIsALegalName)
{
    PyObject *capsule = PyCapsule_New(&payload_, nullptr, nullptr);
    EXPECT_EQ(PyCapsule_GetName(capsule), nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_TRUE(PyCapsule_IsValid(capsule, nullptr));
    ASSERT_EQ(PyCapsule_SetName(capsule, NAME), 0);
    ASSERT_EQ(PyCapsule_SetName(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_GetName(capsule), nullptr);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(GettersTest, GETN_3_ReturnsTheVeryPointer)
{
    HeapName first(NAME), second(NAME);
    PyObject *capsule = PyCapsule_New(&payload_, first, nullptr);
    EXPECT_EQ(PyCapsule_GetName(capsule), first.get());
    EXPECT_EQ(PyCapsule_GetName(capsule), first.get());
    ASSERT_EQ(PyCapsule_SetName(capsule, second), 0);
    EXPECT_EQ(PyCapsule_GetName(capsule), second.get());
    Py_DECREF(capsule);
}

// If the implementation freed the name, HeapName would free it a second time.
TEST_F(GettersTest, GETN_3_TheNameStaysItsOwners)
{
    HeapName name(NAME);
    PyObject *capsule = PyCapsule_New(&payload_, name, nullptr);
    const char *borrowed = PyCapsule_GetName(capsule);
    Drop(capsule);
    EXPECT_EQ(borrowed, name.get());
    EXPECT_STREQ(name, NAME);
}

TEST_F(GettersTest, GET_ALL_1_FailOnEveryOtherObject)
{
    for (const Getter &getter : GETTERS) {
        for (const WrongObjects::Entry &entry : WrongObjects(NAME)) {
            EXPECT_EQ(getter.get(entry.object), nullptr)
                << getter.function << " of " << entry.what;
            EXPECT_TRUE(Raised(PyExc_ValueError, Invalid(getter.function)))
                << getter.function << " of " << entry.what;
        }
    }
}

TEST_F(GettersTest, GET_ALL_1_TheFailureReplacesAPendingException)
{
    for (const Getter &getter : GETTERS) {
        for (const WrongObjects::Entry &entry : WrongObjects(NAME)) {
            PendingException before;
            EXPECT_EQ(getter.get(entry.object), nullptr);
            EXPECT_TRUE(Raised(PyExc_ValueError, Invalid(getter.function)))
                << getter.function << " of " << entry.what;
        }
    }
}

TEST_F(GettersTest, GET_ALL_1_ABadObjectIsNoticedBeforeABadName)
{
    LookAlike look_alike(NAME);
    for (PyObject *object : {(PyObject *)nullptr, look_alike.object()}) {
        for (const char *name : {"other", "", (const char *)nullptr}) {
            EXPECT_EQ(PyCapsule_GetPointer(object, name), nullptr);
            EXPECT_TRUE(
                Raised(PyExc_ValueError, Invalid("PyCapsule_GetPointer")));
        }
    }
}

TEST_F(GettersTest, GET_ALL_2_SuccessChangesNothing)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context_), 0);
    const Fields before = FieldsOf(capsule);
    for (const Getter &getter : GETTERS) {
        EXPECT_NE(getter.get(capsule), nullptr) << getter.function;
        EXPECT_EQ(Py_REFCNT(capsule), 1) << getter.function;
        EXPECT_EQ(FieldsOf(capsule), before) << getter.function;
    }
    EXPECT_TRUE(destructor_log.empty());
    Drop(capsule);
}

TEST_F(GettersTest, GET_ALL_2_SuccessLeavesAPendingException)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context_), 0);
    for (const Getter &getter : GETTERS) {
        PendingException before;
        EXPECT_NE(getter.get(capsule), nullptr) << getter.function;
        EXPECT_TRUE(before.StillPending()) << getter.function;
    }
    Drop(capsule);
}

// The stored value is NULL. A NULL result is a success, whether or not an
// exception was pending before.
TEST_F(GettersTest, GET_ALL_2_AStoredNullLeavesAPendingException)
{
    PyObject *capsule = PyCapsule_New(&payload_, nullptr, nullptr);
    ASSERT_EQ(PyCapsule_SetContext(capsule, nullptr), 0);
    for (const Getter &getter : GETTERS) {
        if (std::strcmp(getter.function, "PyCapsule_GetPointer") != 0) {
            PendingException before;
            EXPECT_EQ(getter.get(capsule), nullptr) << getter.function;
            EXPECT_TRUE(before.StillPending()) << getter.function;
        }
    }
    Py_DECREF(capsule);
}

TEST_F(GettersTest, GET_ALL_2_FailureChangesNothing)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    const Fields before = FieldsOf(capsule);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "other"), nullptr);
    PyErr_Clear();
    EXPECT_EQ(Py_REFCNT(capsule), 1);
    EXPECT_EQ(FieldsOf(capsule), before);
    Drop(capsule);

    LookAlike look_alike(NAME);
    for (const Getter &getter : GETTERS) {
        EXPECT_EQ(getter.get(look_alike.object()), nullptr);
        PyErr_Clear();
        EXPECT_TRUE(look_alike.Unchanged()) << getter.function;
        EXPECT_EQ(Py_REFCNT(look_alike.object()), 1) << getter.function;
    }
}

} // namespace
