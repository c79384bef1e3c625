// Results of callables: an object, or NULL with an exception.

#include "tests/rules/support.h"

namespace {

using rules::NothingRaised;
using rules::Raised;

class ResultsTest : public rules::CapsuleTest {
  protected:
    // Calls a function made from `function` and returns the result.
    static PyObject *Call(PyCFunction function)
    {
        static PyMethodDef def;
        def = {"called", function, METH_NOARGS, nullptr};
        PyObject *callable = PyCFunction_New(&def, nullptr);
        PyObject *result = PyObject_CallObject(callable, nullptr);
        Py_DECREF(callable);
        return result;
    }
};

TEST_F(ResultsTest, AnObjectWithoutAnExceptionIsHandedOn)
{
    PyObject *result =
        Call([](PyObject *, PyObject *) { return PyList_New(0); });
    ASSERT_NE(result, nullptr);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(Py_REFCNT(result), 1);
    Py_DECREF(result);
}

TEST_F(ResultsTest, NullWithAnExceptionIsHandedOn)
{
    EXPECT_EQ(Call([](PyObject *, PyObject *) -> PyObject * {
                  PyErr_SetString(PyExc_KeyError, "its own");
                  return nullptr;
              }),
              nullptr);
    EXPECT_TRUE(Raised(PyExc_KeyError, "'its own'"));
}

TEST_F(ResultsTest, NullWithoutAnExceptionIsASystemError)
{
    EXPECT_EQ(
        Call([](PyObject *, PyObject *) -> PyObject * { return nullptr; }),
        nullptr);
    EXPECT_TRUE(Raised(PyExc_SystemError,
                       "<built-in function called> returned NULL without "
                       "setting an exception"));
}

// The fixture reports an object that is not freed.
TEST_F(ResultsTest, AnObjectWithAnExceptionIsASystemError)
{
    EXPECT_EQ(Call([](PyObject *, PyObject *) {
                  PyErr_SetString(PyExc_KeyError, "its own");
                  return PyList_New(0);
              }),
              nullptr);
    EXPECT_TRUE(Raised(PyExc_SystemError,
                       "<built-in function called> returned a result with an "
                       "exception set"));
}

} // namespace
