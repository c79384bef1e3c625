// Section 9 of docs/contract.md: what the functions of a table return.
#include "capsule/api_table.h"
#include "tests/rules/support.h"

namespace {

using rules::NothingRaised;
using rules::PendingException;
using rules::Raised;

class TableCallsTest : public rules::CapsuleTest {};

// A function of a table. The arguments say if it returns an object, and if it
// sets an exception.
PyObject *ReturnObject(bool object, bool exception)
{
    if (exception) {
        PyErr_SetString(PyExc_KeyError, "its own");
    }
    return object ? PyList_New(0) : nullptr;
}

int ReturnStatus(int status, bool exception)
{
    if (exception) {
        PyErr_SetString(PyExc_KeyError, "its own");
    }
    return status;
}

// --- API-7 -------------------------------------------------------------------

TEST_F(TableCallsTest, API_7_AnObjectWithoutAnExceptionIsHandedOn)
{
    PyObject *list = ReturnObject(true, false);
    EXPECT_EQ(api_table_object(list, "demo.f"), list);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(Py_REFCNT(list), 1);
    Py_DECREF(list);
}

TEST_F(TableCallsTest, API_7_NullWithAnExceptionIsHandedOn)
{
    EXPECT_EQ(api_table_object(ReturnObject(false, true), "demo.f"), nullptr);
    EXPECT_TRUE(Raised(PyExc_KeyError, "'its own'"));
}

TEST_F(TableCallsTest, API_7_NullWithoutAnExceptionIsReported)
{
    EXPECT_EQ(api_table_object(ReturnObject(false, false), "demo.f"), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_SystemError, "demo.f returned NULL without an exception"));
}

// The fixture checks that the object is freed.
TEST_F(TableCallsTest, API_7_AnObjectWithAnExceptionIsReported)
{
    EXPECT_EQ(api_table_object(ReturnObject(true, true), "demo.f"), nullptr);
    EXPECT_TRUE(Raised(PyExc_SystemError,
                       "demo.f returned an object with an exception"));
}

// The capsule functions themselves keep this convention.
TEST_F(TableCallsTest, API_7_CapsuleFunctionsReturnNullExactlyWithAnException)
{
    int payload;
    PyObject *capsule =
        api_table_object(PyCapsule_New(&payload, nullptr, nullptr), "New");
    ASSERT_NE(capsule, nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(api_table_object(PyCapsule_New(nullptr, nullptr, nullptr), "New"),
              nullptr);
    EXPECT_TRUE(
        Raised(PyExc_ValueError, "PyCapsule_New called with null pointer"));
    Py_DECREF(capsule);
}

// --- API-8 -------------------------------------------------------------------

TEST_F(TableCallsTest, API_8_ZeroWithoutAnExceptionIsHandedOn)
{
    EXPECT_EQ(api_table_status(ReturnStatus(0, false), "demo.f"), 0);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(TableCallsTest, API_8_MinusOneWithAnExceptionIsHandedOn)
{
    EXPECT_EQ(api_table_status(ReturnStatus(-1, true), "demo.f"), -1);
    EXPECT_TRUE(Raised(PyExc_KeyError, "'its own'"));
}

TEST_F(TableCallsTest, API_8_AnythingElseIsReported)
{
    const struct {
        int status;
        bool exception;
        const char *message;
    } wrong[] = {
        {0, true, "demo.f returned 0 with an exception"},
        {-1, false, "demo.f returned -1 without an exception"},
        {1, false, "demo.f returned 1 without an exception"},
        {1, true, "demo.f returned 1 with an exception"},
        {-2, true, "demo.f returned -2 with an exception"},
    };
    for (const auto &w : wrong) {
        EXPECT_EQ(
            api_table_status(ReturnStatus(w.status, w.exception), "demo.f"),
            -1);
        EXPECT_TRUE(Raised(PyExc_SystemError, w.message));
    }
}

TEST_F(TableCallsTest, API_8_CapsuleFunctionsReturnMinusOneWithAnException)
{
    int payload;
    PyObject *capsule = PyCapsule_New(&payload, nullptr, nullptr);
    EXPECT_EQ(api_table_status(PyCapsule_SetContext(capsule, &payload), "Set"),
              0);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(api_table_status(PyCapsule_SetPointer(capsule, nullptr), "Set"),
              -1);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_SetPointer called with "
                                         "null pointer"));
    Py_DECREF(capsule);
}

} // namespace
