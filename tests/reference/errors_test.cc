// The error indicator, apart from capsules.

#include <string>

#include "tests/rules/support.h"

namespace {

using rules::NothingRaised;
using rules::Raised;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

class ErrorsTest : public rules::CapsuleTest {};

// Returns str(object) as text. Steals the reference.
std::string StrOf(PyObject *object)
{
    PyObject *str = object ? PyObject_Str(object) : nullptr;
    const char *utf8 = str ? PyUnicode_AsUTF8(str) : nullptr;
    std::string text = utf8 ? utf8 : "(none)";
    Py_XDECREF(str);
    Py_XDECREF(object);
    return text;
}

PyObject *IntType() { return reinterpret_cast<PyObject *>(&PyLong_Type); }

// --- raising -----------------------------------------------------------------

TEST_F(ErrorsTest, OnlyClassesOfExceptionsAreRaised)
{
    PyErr_SetObject(IntType(), nullptr);
    EXPECT_TRUE(Raised(PyExc_SystemError,
                       "_PyErr_SetObject: exception <class 'int'> is not a "
                       "BaseException subclass"));
}

TEST_F(ErrorsTest, AnInstanceIsRaisedAsItIs)
{
    PyObject *type, *value, *traceback;
    PyErr_SetString(PyExc_KeyError, "k");
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyErr_SetObject(PyExc_KeyError, value);
    PyObject *raised;
    PyErr_Fetch(&type, &raised, &traceback);
    EXPECT_EQ(raised, value);
    PyErr_Restore(type, raised, traceback);
    Py_DECREF(value);
    EXPECT_TRUE(Raised(PyExc_KeyError, "'k'"));
}

TEST_F(ErrorsTest, NoneIsNoValue)
{
    PyErr_SetObject(PyExc_ValueError, Py_None);
    EXPECT_TRUE(Raised(PyExc_ValueError, ""));
}

TEST_F(ErrorsTest, BadInternalCallsSayWhere)
{
    PyErr_BadInternalCall();
    std::string where =
        std::string(__FILE__) + ":" + std::to_string(__LINE__ - 2);
    EXPECT_TRUE(
        Raised(PyExc_SystemError,
               (where + ": bad argument to internal function").c_str()));
}

// --- comparing ---------------------------------------------------------------

TEST_F(ErrorsTest, ExceptionsMatchTheirBases)
{
    EXPECT_TRUE(PyErr_GivenExceptionMatches(PyExc_KeyError, PyExc_LookupError));
    EXPECT_FALSE(
        PyErr_GivenExceptionMatches(PyExc_LookupError, PyExc_KeyError));
}

TEST_F(ErrorsTest, NullMatchesNothing)
{
    EXPECT_FALSE(PyErr_GivenExceptionMatches(nullptr, PyExc_KeyError));
    EXPECT_FALSE(PyErr_GivenExceptionMatches(PyExc_KeyError, nullptr));
    EXPECT_FALSE(PyErr_ExceptionMatches(PyExc_KeyError));
}

TEST_F(ErrorsTest, ATupleMatchesByAnyOfItsItems)
{
    PyObject *inner = PyTuple_Pack(1, PyExc_KeyError);
    PyObject *outer = PyTuple_Pack(2, PyExc_OSError, inner);
    EXPECT_TRUE(PyErr_GivenExceptionMatches(PyExc_OSError, outer));
    EXPECT_TRUE(PyErr_GivenExceptionMatches(PyExc_KeyError, outer));
    EXPECT_FALSE(PyErr_GivenExceptionMatches(PyExc_ValueError, outer));
    Py_XDECREF(outer);
    Py_XDECREF(inner);
}

TEST_F(ErrorsTest, AnObjectThatIsNotAnExceptionMatchesOnlyItself)
{
    EXPECT_TRUE(PyErr_GivenExceptionMatches(IntType(), IntType()));
    EXPECT_FALSE(PyErr_GivenExceptionMatches(IntType(), PyExc_KeyError));
    EXPECT_FALSE(PyErr_GivenExceptionMatches(PyExc_KeyError, IntType()));
}

// --- normalising -------------------------------------------------------------

TEST_F(ErrorsTest, ATypeAndAValueBecomeAnInstance)
{
    PyObject *type = Py_NewRef(PyExc_ValueError);
    PyObject *value = PyUnicode_FromString("text");
    PyObject *traceback = nullptr;
    PyErr_NormalizeException(&type, &value, &traceback);
    EXPECT_EQ(type, PyExc_ValueError);
    EXPECT_TRUE(PyErr_GivenExceptionMatches(value, PyExc_ValueError));
    EXPECT_EQ(StrOf(value), "text");
    Py_DECREF(type);
}

TEST_F(ErrorsTest, ATypeAloneBecomesAnInstance)
{
    PyObject *type = Py_NewRef(PyExc_ValueError);
    PyObject *value = nullptr, *traceback = nullptr;
    PyErr_NormalizeException(&type, &value, &traceback);
    EXPECT_EQ(StrOf(value), "");
    Py_DECREF(type);
}

TEST_F(ErrorsTest, NothingStaysNothing)
{
    PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
    PyErr_NormalizeException(&type, &value, &traceback);
    EXPECT_EQ(type, nullptr);
    EXPECT_EQ(value, nullptr);
}

// --- writing -----------------------------------------------------------------

TEST_F(ErrorsTest, PrintingTakesTheExceptionAway)
{
    PyErr_SetString(PyExc_ValueError, "the text");
    CaptureStderr();
    PyErr_Print();
    EXPECT_EQ(GetCapturedStderr(), "ValueError: the text\n");
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ErrorsTest, AnExceptionWithoutATextIsItsName)
{
    PyErr_SetNone(PyExc_ValueError);
    CaptureStderr();
    PyErr_Print();
    EXPECT_EQ(GetCapturedStderr(), "ValueError\n");
}

TEST_F(ErrorsTest, PrintingNothingPrintsNothing)
{
    CaptureStderr();
    PyErr_Print();
    EXPECT_EQ(GetCapturedStderr(), "");
}

TEST_F(ErrorsTest, AnUnraisableExceptionIsWrittenWithItsObject)
{
    PyErr_SetString(PyExc_ValueError, "the text");
    CaptureStderr();
    PyErr_WriteUnraisable(IntType());
    EXPECT_EQ(GetCapturedStderr(), "Exception ignored in: <class 'int'>\n"
                                   "ValueError: the text\n");
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ErrorsTest, WithoutMemoryTheExceptionIsStillCleared)
{
    PyErr_SetNone(PyExc_KeyError);
    CaptureStderr();
    ASSERT_TRUE(host_fail_allocation(1, HOST_FAIL_FROM_THERE_ON));
    PyErr_WriteUnraisable(IntType());
    host_fail_allocation(0, HOST_FAIL_ONCE);
    EXPECT_TRUE(NothingRaised());
    std::string written = GetCapturedStderr();
    if (!written.empty()) { // CPython may fail to write anything here
        EXPECT_EQ(written, "Exception ignored in: <object repr() failed>\n"
                           "KeyError: <exception str() failed>\n");
    }
}

// CPython before 3.12 raises the requested type even without memory for it.
TEST_F(ErrorsTest, WithoutMemoryAnExceptionIsStillRaised)
{
    for (size_t nth = 1; nth <= 2; nth++) {
        ASSERT_TRUE(host_fail_allocation(nth, HOST_FAIL_ONCE));
        PyErr_SetString(PyExc_ValueError, "the text");
        host_fail_allocation(0, HOST_FAIL_ONCE);
        EXPECT_TRUE(PyErr_ExceptionMatches(PyExc_MemoryError) ||
                    PyErr_ExceptionMatches(PyExc_ValueError));
        PyErr_Clear();
    }
}

} // namespace
