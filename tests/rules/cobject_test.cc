// Section 12 of docs/contract.md, COBJ-1 to COBJ-3: creating, recognising and
// destroying a PyCObject.

#include <cstdio>
#include <string>
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace {

using rules::Drop;
using rules::NothingRaised;
using rules::PendingException;
using rules::Raised;
using rules::WrongObjects;

PyObject *const COBJECT_TYPE = reinterpret_cast<PyObject *>(&PyCObject_Type);

int payload, description;

// One run of a destructor; `desc` is NULL if the destructor takes one argument.
struct Destruction {
    void *pointer;
    void *desc;
    bool exception_pending;
};

std::vector<Destruction> destructions;

void Destroy(void *pointer)
{
    destructions.push_back({pointer, nullptr, PyErr_Occurred() != nullptr});
}

void DestroyWithDesc(void *pointer, void *desc)
{
    destructions.push_back({pointer, desc, PyErr_Occurred() != nullptr});
}

class CobjectTest : public rules::Python2Test {
  protected:
    void SetUp() override
    {
        Python2Test::SetUp();
        destructions.clear();
    }
};

// Returns the text of a str. Steals the reference.
std::string TakeText(PyObject *string)
{
    std::string text = rules::TextOf(string);
    Py_XDECREF(string);
    return text;
}

// --- COBJ-1 ------------------------------------------------------------------

TEST_F(CobjectTest, COBJ_1_OnlyPyCObjectsAreSome)
{
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, nullptr);
    PyObject *described =
        PyCObject_FromVoidPtrAndDesc(&payload, &description, nullptr);
    PyObject *capsule = PyCapsule_New(&payload, nullptr, nullptr);
    EXPECT_TRUE(PyCObject_Check(cobject));
    EXPECT_TRUE(PyCObject_Check(described));
    EXPECT_FALSE(PyCObject_Check(capsule));
    for (const WrongObjects::Entry &entry : WrongObjects()) {
        if (entry.object) {
            EXPECT_FALSE(PyCObject_Check(entry.object)) << entry.what;
        }
    }
    EXPECT_FALSE(PyCObject_Check(COBJECT_TYPE));
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(cobject);
    Py_DECREF(described);
    Py_DECREF(capsule);
}

TEST_F(CobjectTest, COBJ_1_TheCheckLeavesAPendingException)
{
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, nullptr);
    PendingException pending;
    EXPECT_TRUE(PyCObject_Check(cobject));
    EXPECT_FALSE(PyCObject_Check(Py_None));
    EXPECT_TRUE(pending.StillPending());
    Py_DECREF(cobject);
}

TEST_F(CobjectTest, COBJ_1_CheckOfNullIsMisuse)
{
    if (!host_catches_misuse()) {
        GTEST_SKIP() << "the host does not catch misuse";
    }
    PyObject *null = nullptr;
    EXPECT_DEATH((void)PyCObject_Check(null), "PyCObject_Check\\(NULL\\)");
}

TEST_F(CobjectTest, COBJ_1_OnlyCMakesThem)
{
    EXPECT_EQ(PyObject_CallObject(COBJECT_TYPE, nullptr), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, "cannot create 'PyCObject' instances"));
    EXPECT_EQ(PyObject_CallFunction(reinterpret_cast<PyObject *>(&PyType_Type),
                                    const_cast<char *>("s(O){}"), "Sub",
                                    COBJECT_TYPE),
              nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "type 'PyCObject' is not an acceptable base type"));
}

TEST_F(CobjectTest, COBJ_1_ShowsItsAddress)
{
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, nullptr);
    char expected[64];
    std::snprintf(expected, sizeof expected, "<PyCObject object at %p>",
                  static_cast<void *>(cobject));
    EXPECT_EQ(TakeText(PyObject_Repr(cobject)), expected);
    EXPECT_EQ(TakeText(PyObject_Str(cobject)), expected);
    Py_DECREF(cobject);
}

TEST_F(CobjectTest, COBJ_1_CannotBePickled)
{
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, nullptr);
    for (int protocol = 0; protocol <= 2; protocol++) {
        EXPECT_EQ(PyObject_CallMethod(cobject,
                                      const_cast<char *>("__reduce_ex__"),
                                      const_cast<char *>("i"), protocol),
                  nullptr);
        EXPECT_TRUE(Raised(PyExc_TypeError, "can't pickle PyCObject objects"));
    }
    Py_DECREF(cobject);
}

// --- COBJ-2 ------------------------------------------------------------------

TEST_F(CobjectTest, COBJ_2_ReturnsANewReference)
{
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, Destroy);
    PyObject *other = PyCObject_FromVoidPtr(&payload, Destroy);
    EXPECT_EQ(Py_TYPE(cobject), &PyCObject_Type);
    EXPECT_EQ(Py_REFCNT(cobject), 1);
    EXPECT_NE(cobject, other);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(cobject);
    Py_DECREF(other);
}

// Unlike a capsule, which refuses NULL (NEW-2).
TEST_F(CobjectTest, COBJ_2_WrapsAnyPointer)
{
    void *const unmapped = reinterpret_cast<void *>(1);
    void *const highest = reinterpret_cast<void *>(UINTPTR_MAX);
    for (void *pointer : {(void *)nullptr, unmapped, highest}) {
        SCOPED_TRACE(pointer);
        PyObject *cobject = PyCObject_FromVoidPtr(pointer, Destroy);
        ASSERT_NE(cobject, nullptr);
        EXPECT_EQ(PyCObject_AsVoidPtr(cobject), pointer);
        EXPECT_TRUE(NothingRaised());
        Drop(cobject);
        ASSERT_EQ(destructions.size(), 1u) << "NULL is destroyed too";
        EXPECT_EQ(destructions[0].pointer, pointer);
        destructions.clear();
    }
}

TEST_F(CobjectTest, COBJ_2_TheDestructorRunsOnceAtTheEnd)
{
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, Destroy);
    PyObject *list = PyList_New(0);
    ASSERT_EQ(PyList_Append(list, cobject), 0);
    Drop(cobject);
    EXPECT_TRUE(destructions.empty()) << "the list has a reference";
    Drop(list);
    ASSERT_EQ(destructions.size(), 1u);
    EXPECT_EQ(destructions[0].pointer, &payload);
    EXPECT_EQ(destructions[0].desc, nullptr);
}

TEST_F(CobjectTest, COBJ_2_TheDestructorMayBeNull)
{
    Drop(PyCObject_FromVoidPtr(&payload, nullptr));
    EXPECT_TRUE(destructions.empty());
}

TEST_F(CobjectTest, COBJ_2_LeavesAPendingException)
{
    PendingException pending;
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, Destroy);
    EXPECT_NE(cobject, nullptr);
    EXPECT_TRUE(pending.StillPending());
    Py_XDECREF(cobject);
}

// As with capsules (DTOR-7), the caller's exception stays pending.
TEST_F(CobjectTest, COBJ_2_TheDestructorSeesAPendingException)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, Destroy);
    PendingException pending;
    Drop(cobject);
    ASSERT_EQ(destructions.size(), 1u);
    EXPECT_TRUE(destructions[0].exception_pending);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(CobjectTest, COBJ_2_WithoutMemoryNothingIsMadeOrDestroyed)
{
    if (!host_fail_allocation(0, HOST_FAIL_ONCE)) {
        GTEST_SKIP() << "the implementation cannot make an allocation fail";
    }
    host_fail_allocation(1, HOST_FAIL_FROM_THERE_ON);
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, Destroy);
    PyObject *described =
        PyCObject_FromVoidPtrAndDesc(&payload, &description, DestroyWithDesc);
    host_fail_allocation(0, HOST_FAIL_ONCE);
    EXPECT_EQ(cobject, nullptr);
    EXPECT_EQ(described, nullptr);
    EXPECT_TRUE(Raised(PyExc_MemoryError, ""));
    EXPECT_TRUE(destructions.empty());
}

// --- COBJ-3 ------------------------------------------------------------------

TEST_F(CobjectTest, COBJ_3_BothPointersGoToTheDestructor)
{
    for (void *pointer : {(void *)&payload, (void *)nullptr}) {
        destructions.clear();
        Drop(PyCObject_FromVoidPtrAndDesc(pointer, &description,
                                          DestroyWithDesc));
        ASSERT_EQ(destructions.size(), 1u);
        EXPECT_EQ(destructions[0].pointer, pointer);
        EXPECT_EQ(destructions[0].desc, &description);
    }
}

TEST_F(CobjectTest, COBJ_3_TheDestructorMayBeNull)
{
    PyObject *cobject =
        PyCObject_FromVoidPtrAndDesc(&payload, &description, nullptr);
    ASSERT_NE(cobject, nullptr);
    EXPECT_EQ(Py_REFCNT(cobject), 1);
    Drop(cobject);
    EXPECT_TRUE(destructions.empty());
}

TEST_F(CobjectTest, COBJ_3_NeedsADescription)
{
    for (auto destructor : {DestroyWithDesc, (decltype(&DestroyWithDesc))0}) {
        EXPECT_EQ(PyCObject_FromVoidPtrAndDesc(&payload, nullptr, destructor),
                  nullptr);
        EXPECT_TRUE(Raised(PyExc_TypeError,
                           "PyCObject_FromVoidPtrAndDesc called with null "
                           "description"));
    }
    EXPECT_TRUE(destructions.empty()) << "nothing was made";
}

TEST_F(CobjectTest, COBJ_3_ReplacesOrLeavesAPendingException)
{
    PendingException before_failure;
    EXPECT_EQ(PyCObject_FromVoidPtrAndDesc(&payload, nullptr, nullptr),
              nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    PendingException before_success;
    PyObject *cobject =
        PyCObject_FromVoidPtrAndDesc(&payload, &description, nullptr);
    EXPECT_TRUE(before_success.StillPending());
    Py_XDECREF(cobject);
}

} // namespace
