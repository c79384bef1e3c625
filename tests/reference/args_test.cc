// PyArg_ParseTuple: how METH_VARARGS functions read their arguments.

#define PY_SSIZE_T_CLEAN // makes the size of "s#" a Py_ssize_t

#include <climits>
#include <string>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::NothingRaised;
using rules::Raised;

class ArgsTest : public rules::CapsuleTest {
  protected:
    // Returns a tuple of arguments, as a Py_BuildValue format describes it.
    template <typename... Values>
    PyObject *Args(const char *format, Values... values)
    {
        Py_XDECREF(args_);
        args_ = Py_BuildValue(format, values...);
        EXPECT_TRUE(args_ && PyTuple_Check(args_)) << format;
        return args_;
    }

    void TearDown() override
    {
        Py_XDECREF(args_);
        CapsuleTest::TearDown();
    }

  private:
    PyObject *args_ = nullptr;
};

// --- results -----------------------------------------------------------------

TEST_F(ArgsTest, ObjectsAreBorrowed)
{
    PyObject *list = PyList_New(0), *got = nullptr;
    PyObject *args = Args("(O)", list);
    Py_ssize_t references = Py_REFCNT(list);
    EXPECT_EQ(PyArg_ParseTuple(args, "O", &got), 1);
    EXPECT_EQ(got, list);
    EXPECT_EQ(Py_REFCNT(list), references);
    got = nullptr;
    EXPECT_EQ(PyArg_ParseTuple(args, "O!", &PyList_Type, &got), 1);
    EXPECT_EQ(got, list);
    EXPECT_EQ(Py_REFCNT(list), references);
    Py_DECREF(list);
}

TEST_F(ArgsTest, StringsPointIntoTheirObject)
{
    PyObject *args = Args("(sO)", "text", Py_None);
    const char *text = nullptr, *none = "";
    EXPECT_EQ(PyArg_ParseTuple(args, "sz", &text, &none), 1);
    EXPECT_STREQ(text, "text");
    EXPECT_EQ(text, PyUnicode_AsUTF8(PyTuple_GetItem(args, 0)));
    EXPECT_EQ(none, nullptr);
    PyObject *object = nullptr;
    EXPECT_EQ(PyArg_ParseTuple(args, "Uz", &object, &none), 1);
    EXPECT_EQ(object, PyTuple_GetItem(args, 0));
    EXPECT_EQ(PyArg_ParseTuple(args, "zO", &text, &object), 1);
    EXPECT_STREQ(text, "text");
}

TEST_F(ArgsTest, NumbersKeepTheirValue)
{
    int i = 0;
    long l = 0;
    Py_ssize_t n = 0;
    PyObject *args = Args("(iln)", INT_MIN, LONG_MAX, (Py_ssize_t)-1);
    EXPECT_EQ(PyArg_ParseTuple(args, "iln", &i, &l, &n), 1);
    EXPECT_EQ(i, INT_MIN);
    EXPECT_EQ(l, LONG_MAX);
    EXPECT_EQ(n, -1);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyArg_ParseTuple(Args("(i)", INT_MAX), "i", &i), 1);
    EXPECT_EQ(i, INT_MAX);
}

TEST_F(ArgsTest, TruthIsOneOrZero)
{
    int yes = 7, no = 7;
    EXPECT_EQ(PyArg_ParseTuple(Args("(s())", "text"), "pp", &yes, &no), 1);
    EXPECT_EQ(yes, 1);
    EXPECT_EQ(no, 0);
}

TEST_F(ArgsTest, MissingArgumentsLeaveTheirTargets)
{
    int first = 1, second = 2;
    EXPECT_EQ(PyArg_ParseTuple(Args("(i)", 5), "i|i", &first, &second), 1);
    EXPECT_EQ(first, 5);
    EXPECT_EQ(second, 2);
    EXPECT_EQ(PyArg_ParseTuple(Args("(ii)", 6, 7), "i|i", &first, &second), 1);
    EXPECT_EQ(first, 6);
    EXPECT_EQ(second, 7);
    EXPECT_EQ(PyArg_ParseTuple(Args("()"), ""), 1);
    EXPECT_EQ(PyArg_ParseTuple(Args("()"), "|i:f", &first), 1);
    EXPECT_EQ(first, 6);
}

// --- the number of arguments -------------------------------------------------

TEST_F(ArgsTest, TheWrongNumberIsATypeError)
{
    PyObject *a, *b;
    const struct {
        const char *given, *format, *message;
    } cases[] = {
        {"()", "O", "function takes exactly 1 argument (0 given)"},
        {"(ii)", "O:f", "f() takes exactly 1 argument (2 given)"},
        {"(i)", "OO:f", "f() takes exactly 2 arguments (1 given)"},
        {"(i)", ":f", "f() takes exactly 0 arguments (1 given)"},
        {"()", "O|O:f", "f() takes at least 1 argument (0 given)"},
        {"(iii)", "O|O:f", "f() takes at most 2 arguments (3 given)"},
        {"()", "O;give it one object", "give it one object"},
    };
    for (const auto &c : cases) {
        PyObject *args = Args(c.given, 1, 2, 3);
        EXPECT_EQ(PyArg_ParseTuple(args, c.format, &a, &b), 0);
        EXPECT_TRUE(Raised(PyExc_TypeError, c.message)) << c.format;
    }
}

// --- their types -------------------------------------------------------------

TEST_F(ArgsTest, TheWrongTypeIsATypeError)
{
    const char *text;
    PyObject *object;
    PyObject *args = Args("(iO)", 1, Py_None);
    EXPECT_EQ(PyArg_ParseTuple(args, "sO", &text, &object), 0);
    EXPECT_TRUE(Raised(PyExc_TypeError, "argument 1 must be str, not int"));
    EXPECT_EQ(PyArg_ParseTuple(args, "Os:f", &object, &text), 0);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "f() argument 2 must be str, not None"));
    EXPECT_EQ(PyArg_ParseTuple(args, "zO:f", &text, &object), 0);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "f() argument 1 must be str or None, not int"));
    EXPECT_EQ(PyArg_ParseTuple(args, "UO", &object, &object), 0);
    EXPECT_TRUE(Raised(PyExc_TypeError, "argument 1 must be str, not int"));
    EXPECT_EQ(PyArg_ParseTuple(args, "O!O:f", &PyList_Type, &object, &object),
              0);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "f() argument 1 must be list, not int"));
    EXPECT_EQ(PyArg_ParseTuple(args, "Os;two texts", &object, &text), 0);
    EXPECT_TRUE(Raised(PyExc_TypeError, "two texts"));
}

TEST_F(ArgsTest, AnArgumentThatIsNotANumberIsATypeError)
{
    int i;
    long l;
    Py_ssize_t n;
    PyObject *args = Args("(s)", "one");
    EXPECT_EQ(PyArg_ParseTuple(args, "i:f", &i), 0);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "'str' object cannot be interpreted as an integer"));
    EXPECT_EQ(PyArg_ParseTuple(args, "l:f", &l), 0);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "'str' object cannot be interpreted as an integer"));
    EXPECT_EQ(PyArg_ParseTuple(args, "n:f", &n), 0);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "'str' object cannot be interpreted as an integer"));
}

// --- their values ------------------------------------------------------------

TEST_F(ArgsTest, AnIntIsNoLong)
{
    int i = 7;
    EXPECT_EQ(PyArg_ParseTuple(Args("(l)", INT_MAX + 1L), "i", &i), 0);
    EXPECT_TRUE(
        Raised(PyExc_OverflowError, "signed integer is greater than maximum"));
    EXPECT_EQ(PyArg_ParseTuple(Args("(l)", INT_MIN - 1L), "i", &i), 0);
    EXPECT_TRUE(
        Raised(PyExc_OverflowError, "signed integer is less than minimum"));
    EXPECT_EQ(i, 7);
}

TEST_F(ArgsTest, AStringEndsAtItsEnd)
{
    const char *text;
    PyObject *args = Args("(s#)", "a\0b", (Py_ssize_t)3);
    EXPECT_EQ(PyArg_ParseTuple(args, "s", &text), 0);
    EXPECT_TRUE(Raised(PyExc_ValueError, "embedded null character"));
}

// --- errors in the format ----------------------------------------------------

TEST_F(ArgsTest, AnInvalidFormatIsASystemError)
{
    PyObject *object;
    PyObject *args = Args("(i)", 1);
    EXPECT_EQ(PyArg_ParseTuple(args, "v:f", &object), 0);
    EXPECT_TRUE(Raised(PyExc_SystemError,
                       "f() argument 1 (impossible<bad format char>)"));
}

TEST_F(ArgsTest, ArgumentsAreATuple)
{
    PyObject *object, *list = PyList_New(1);
    EXPECT_EQ(PyArg_ParseTuple(list, "O", &object), 0);
    EXPECT_TRUE(Raised(PyExc_SystemError, "new style getargs format but "
                                          "argument is not a tuple"));
    Py_DECREF(list);
}

// --- a function in Python ----------------------------------------------------

PyObject *Repeat(PyObject *, PyObject *args)
{
    const char *text;
    int times = 2;
    if (!PyArg_ParseTuple(args, "s|i:repeat", &text, &times)) {
        return nullptr;
    }
    std::string repeated;
    while (times-- > 0) {
        repeated += text;
    }
    return PyUnicode_FromString(repeated.c_str());
}

TEST_F(ArgsTest, FunctionsOfAModuleTakeTheirArguments)
{
    static PyMethodDef functions[] = {
        {"repeat", Repeat, METH_VARARGS, "repeat(text, times=2)"},
        {nullptr, nullptr, 0, nullptr},
    };
    PyObject *module = PyModule_New("texts");
    ASSERT_EQ(PyModule_AddFunctions(module, functions), 0);
    PyObject *twice = PyObject_CallMethod(module, "repeat", "s", "ab");
    EXPECT_EQ(rules::TextOf(twice), "abab");
    Py_XDECREF(twice);
    PyObject *thrice = PyObject_CallMethod(module, "repeat", "si", "ab", 3);
    EXPECT_EQ(rules::TextOf(thrice), "ababab");
    Py_XDECREF(thrice);
    EXPECT_EQ(PyObject_CallMethod(module, "repeat", "i", 3), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "repeat() argument 1 must be str, not int"));
    Py_DECREF(module);
}

} // namespace
