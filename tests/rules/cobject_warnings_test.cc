// Section 12 of docs/contract.md, COBJ-2 and COBJ-3: the warning about Python
// 3, which option -3 of Python 2.7 enables.

#include <string>

#include "tests/rules/warning_filters.h"

namespace {

using rules::CountOf;
using rules::FilterWarnings;
using rules::NothingRaised;
using rules::PendingException;
using rules::Raised;
using rules::WrittenBy;

const char NOT_IN_PYTHON_3[] =
    "CObject type is not supported in 3.x. Please use capsule objects instead.";

int payload, description, destroyed;

void Destroy(void *) { destroyed++; }

void DestroyWithDesc(void *, void *) { destroyed++; }

class CobjectWarningsTest : public rules::WarningsTest {
  protected:
    void SetUp() override
    {
        WarningsTest::SetUp();
        destroyed = 0;
        Py_Py3kWarningFlag = 1;
    }

    void TearDown() override
    {
        Py_Py3kWarningFlag = 0;
        WarningsTest::TearDown();
    }
};

TEST_F(CobjectWarningsTest, COBJ_2_WarnsWhereMinusThreeIsGiven)
{
    FilterWarnings("always");
    std::string shown = WrittenBy([] {
        PyObject *cobject = PyCObject_FromVoidPtr(&payload, Destroy);
        EXPECT_NE(cobject, nullptr);
        EXPECT_TRUE(NothingRaised());
        Py_XDECREF(cobject);
    });
    EXPECT_EQ(
        CountOf("DeprecationWarning: " + std::string(NOT_IN_PYTHON_3) + "\n",
                shown),
        1)
        << shown;
    EXPECT_EQ(destroyed, 1);
}

TEST_F(CobjectWarningsTest, COBJ_2_FailsWhereAFilterMakesTheWarningAnError)
{
    FilterWarnings("error");
    EXPECT_EQ(PyCObject_FromVoidPtr(&payload, Destroy), nullptr);
    EXPECT_TRUE(Raised(PyExc_DeprecationWarning, NOT_IN_PYTHON_3));
    PendingException pending;
    EXPECT_EQ(PyCObject_FromVoidPtr(&payload, Destroy), nullptr);
    EXPECT_TRUE(Raised(PyExc_DeprecationWarning, NOT_IN_PYTHON_3));
    EXPECT_EQ(destroyed, 0) << "nothing was made";
}

TEST_F(CobjectWarningsTest, COBJ_2_IsSilentWithoutMinusThree)
{
    Py_Py3kWarningFlag = 0;
    FilterWarnings("error");
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, nullptr);
    EXPECT_NE(cobject, nullptr);
    EXPECT_TRUE(NothingRaised());
    Py_XDECREF(cobject);
}

TEST_F(CobjectWarningsTest, COBJ_3_WarnsBeforeItLooksAtTheDescription)
{
    FilterWarnings("error");
    for (void *desc : {(void *)nullptr, (void *)&description}) {
        EXPECT_EQ(PyCObject_FromVoidPtrAndDesc(&payload, desc, DestroyWithDesc),
                  nullptr);
        EXPECT_TRUE(Raised(PyExc_DeprecationWarning, NOT_IN_PYTHON_3));
    }
    EXPECT_EQ(destroyed, 0);
}

TEST_F(CobjectWarningsTest, COBJ_3_AWarningThatIsShownDoesNotReplaceTheCheck)
{
    FilterWarnings("always");
    std::string shown = WrittenBy([] {
        EXPECT_EQ(PyCObject_FromVoidPtrAndDesc(&payload, nullptr, nullptr),
                  nullptr);
        EXPECT_TRUE(Raised(PyExc_TypeError,
                           "PyCObject_FromVoidPtrAndDesc called with null "
                           "description"));
    });
    EXPECT_EQ(CountOf(NOT_IN_PYTHON_3, shown), 1) << shown;
}

// Only creating a PyCObject signals the warning; using one does not.
TEST_F(CobjectWarningsTest, COBJ_4_AccessSignalsNothingUnderMinusThree)
{
    Py_Py3kWarningFlag = 0;
    PyObject *cobject = PyCObject_FromVoidPtr(&payload, nullptr);
    Py_Py3kWarningFlag = 1;
    FilterWarnings("error", PyExc_DeprecationWarning);
    EXPECT_EQ(PyCObject_AsVoidPtr(cobject), &payload);
    EXPECT_EQ(PyCObject_GetDesc(cobject), nullptr);
    EXPECT_EQ(PyCObject_SetVoidPtr(cobject, nullptr), 1);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(cobject);
}

} // namespace
