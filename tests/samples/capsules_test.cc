// Sections 66.3, 66.10, 66.11 and 66.12 of the Capsules chapter: samples with a
// single capsule.

#include "tests/rules/fields.h"
#include "tests/rules/support.h"
#include "tests/samples/samples.h"

namespace {

using rules::Fields;
using rules::FieldsOf;
using rules::NothingRaised;
using rules::Raised;

class CapsulesTest : public rules::CapsuleTest {};

// --- 66.3 --------------------------------------------------------------------

// The sample never sets its table, so PyCapsule_New refuses the NULL pointer.
TEST_F(CapsulesTest, TheSampleOf66_3WrapsNull)
{
    EXPECT_EQ(sample_make_capsule(), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_ValueError, "PyCapsule_New called with null pointer"));
}

// --- 66.10 -------------------------------------------------------------------

TEST_F(CapsulesTest, ADestructorThatFindsAnotherNameClearsItsError)
{
    int payload;
    sample_clear_destructor_got_to_its_end = 0;
    Py_DECREF(PyCapsule_New(&payload, "fastdb.Other", sample_clear_destructor));
    host_collect();
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(sample_clear_destructor_got_to_its_end, 0);
    Py_DECREF(
        PyCapsule_New(&payload, "fastdb.Context", sample_clear_destructor));
    host_collect();
    EXPECT_EQ(sample_clear_destructor_got_to_its_end, 1);
}

// The sample clears the error indicator. A correct destructor must restore the
// caller's exception (DTOR-6).
TEST_F(CapsulesTest, TheSampleOf66_10LosesTheExceptionOfTheCaller)
{
    if (host_profile()->deferred_destruction) {
        GTEST_SKIP() << "the destructor runs later in this profile";
    }
    int payload;
    PyObject *capsule =
        PyCapsule_New(&payload, "fastdb.Other", sample_clear_destructor);
    PyErr_SetNone(PyExc_KeyError);
    Py_DECREF(capsule);
    EXPECT_EQ(PyErr_Occurred(), nullptr);
    PyErr_Clear();
}

// --- 66.11 -------------------------------------------------------------------

TEST_F(CapsulesTest, TheContextTellsAboutTheTable)
{
    int table;
    APIContext context = {3, "build 7"};
    PyObject *capsule = PyCapsule_New(&table, "fastdb._C_API", nullptr);
    EXPECT_EQ(sample_get_context(capsule), nullptr);
    EXPECT_TRUE(NothingRaised());
    sample_set_context(capsule, &context);
    ASSERT_EQ(sample_get_context(capsule), &context);
    EXPECT_EQ(sample_get_context(capsule)->version, 3);
    EXPECT_STREQ(sample_get_context(capsule)->build_id, "build 7");
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "fastdb._C_API"), &table);
    Py_DECREF(capsule);
}

// --- 66.12 -------------------------------------------------------------------

TEST_F(CapsulesTest, EveryFieldCanBeSet)
{
    int before, after, context;
    const char name[] = "fastdb.Renamed";
    PyObject *capsule = PyCapsule_New(&before, "fastdb._C_API", nullptr);
    sample_mutate(capsule, &after, name, rules::LogDestructor, &context);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(FieldsOf(capsule),
              (Fields{&after, name, &context, rules::LogDestructor}));
    Py_DECREF(capsule);
    host_collect();
    EXPECT_EQ(rules::destructor_log.size(), 1u);
}

} // namespace
