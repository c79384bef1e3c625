// Runs the extension module `series` on the implementation under test. The same
// tests pass on CPython: the reference's <Python.h> takes the extension
// unchanged.

#include <cstring>
#include <string>

#include "examples/extension/series.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

extern "C" PyObject *PyInit_series(void);

namespace {

using rules::NothingRaised;
using rules::Raised;

// The headers of NumPy use these before import_array() compiles.
static_assert(sizeof(Py_intptr_t) == sizeof(void *));
static_assert(sizeof(Py_uintptr_t) == SIZEOF_VOID_P);
static_assert(SIZEOF_SHORT == sizeof(short) && SIZEOF_INT == sizeof(int) &&
              SIZEOF_LONG == sizeof(long) &&
              SIZEOF_LONG_LONG == sizeof(long long) &&
              SIZEOF_SIZE_T == sizeof(size_t));

const rules::BeforeStart announce([] {
    PyImport_AppendInittab("series", PyInit_series);
});

class SeriesTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        module_ = PyImport_ImportModule("series");
        ASSERT_NE(module_, nullptr);
    }

    void TearDown() override
    {
        PyErr_Clear();
        Py_CLEAR(module_);
        rules::Forget("series");
        PyGC_Collect();
        CapsuleTest::TearDown();
    }

    // Returns callable(*args, **kwargs), where `args` is a tuple that the
    // function takes over, and `kwargs` may hold one keyword.
    static PyObject *Call(PyObject *callable, PyObject *args,
                          const char *keyword = nullptr,
                          PyObject *value = nullptr)
    {
        PyObject *kwargs = nullptr;
        if (keyword) {
            kwargs = PyDict_New();
            PyDict_SetItemString(kwargs, keyword, value);
            Py_DECREF(value);
        }
        PyObject *result = PyObject_Call(callable, args, kwargs);
        Py_DECREF(args);
        Py_XDECREF(kwargs);
        Py_DECREF(callable);
        return result;
    }

    PyObject *Of(const char *name) const
    {
        return PyObject_GetAttrString(module_, name);
    }

    // Returns series.Series("load", scale=2).
    PyObject *Load() const
    {
        PyObject *made = Call(Of("Series"), Py_BuildValue("(s)", "load"),
                              "scale", PyLong_FromLong(2));
        EXPECT_TRUE(NothingRaised());
        return made;
    }

    static bool Append(PyObject *series, double number, long times)
    {
        PyObject *done =
            Call(PyObject_GetAttrString(series, "append"),
                 Py_BuildValue("(d)", number), "times", PyLong_FromLong(times));
        Py_XDECREF(done);
        return done != nullptr;
    }

    static std::string Repr(PyObject *object)
    {
        PyObject *repr = object ? PyObject_Repr(object) : nullptr;
        std::string text = repr ? PyUnicode_AsUTF8(repr) : "nothing";
        Py_XDECREF(repr);
        Py_XDECREF(object);
        return text;
    }

    PyObject *module_ = nullptr;
};

TEST_F(SeriesTest, MembersAreAttributes)
{
    PyObject *load = Load();
    EXPECT_EQ(Repr(PyObject_GetAttrString(load, "name")), "'load'");
    EXPECT_EQ(Repr(PyObject_GetAttrString(load, "scale")), "2.0");
    EXPECT_EQ(Repr(PyObject_GetAttrString(load, "size")), "0");
    PyObject *half = PyFloat_FromDouble(0.5);
    EXPECT_EQ(PyObject_SetAttrString(load, "scale", half), 0);
    EXPECT_EQ(Repr(PyObject_GetAttrString(load, "scale")), "0.5");
    EXPECT_EQ(PyObject_SetAttrString(load, "size", half), -1);
    EXPECT_TRUE(Raised(PyExc_AttributeError, "readonly attribute"));
    EXPECT_EQ(PyObject_SetAttrString(load, "scale", Py_None), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError, "must be real number, not NoneType"));
    Py_DECREF(half);
    Py_DECREF(load);
}

TEST_F(SeriesTest, MethodsTakeKeywords)
{
    PyObject *load = Load();
    EXPECT_TRUE(Append(load, 1.5, 3));
    EXPECT_TRUE(Append(load, 5.5, 1));
    EXPECT_EQ(Repr(PyObject_CallMethod(load, "mean", nullptr)), "5.0");
    EXPECT_EQ(Repr(Call(Of("describe"), Py_BuildValue("(O)", load))),
              "('load', 4, 5.0)");
    EXPECT_FALSE(Append(load, 1, 0));
    EXPECT_TRUE(Raised(PyExc_ValueError, "times must be positive"));
    EXPECT_EQ(PyObject_CallMethod(load, "append", "di", 1.0, 2), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError,
               "append() takes at most 1 positional argument (2 given)"));
    Py_DECREF(load);
}

TEST_F(SeriesTest, WrongArgumentsAreTypeErrors)
{
    EXPECT_EQ(Call(Of("Series"), PyTuple_New(0)), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "Series() missing required argument 'name' (pos 1)"));
    EXPECT_EQ(Call(Of("Series"), Py_BuildValue("(s)", "x"), "name",
                   PyLong_FromLong(1)),
              nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, "argument for Series() given by name "
                                        "('name') and position (1)"));
    EXPECT_EQ(Call(Of("Series"), Py_BuildValue("(sii)", "x", 1, 2)), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "Series() takes at most 2 arguments (3 given)"));
    EXPECT_EQ(Call(Of("Series"), Py_BuildValue("(s)", "x"), "colour",
                   PyLong_FromLong(1)),
              nullptr);
    EXPECT_TRUE(PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
}

TEST_F(SeriesTest, TheModuleHasAnExceptionOfItsOwn)
{
    PyObject *load = Load();
    PyObject *error = Of("Error");
    EXPECT_EQ(PyObject_CallMethod(load, "mean", nullptr), nullptr);
    EXPECT_TRUE(PyErr_ExceptionMatches(PyExc_ValueError));
    EXPECT_TRUE(Raised(error, "series 'load' is empty"));
    EXPECT_EQ(Repr(error), "<class 'series.Error'>");
    Py_DECREF(load);
}

TEST_F(SeriesTest, NumbersArePackedIntoBytes)
{
    PyObject *load = Load();
    EXPECT_TRUE(Append(load, 1.5, 2));
    PyObject *bytes = PyObject_CallMethod(load, "pack", nullptr);
    const double wanted[] = {1.5, 1.5};
    ASSERT_EQ(PyBytes_Size(bytes), (Py_ssize_t)sizeof wanted);
    EXPECT_EQ(memcmp(PyBytes_AsString(bytes), wanted, sizeof wanted), 0);
    PyObject *equal =
        PyBytes_FromStringAndSize((const char *)wanted, sizeof wanted);
    EXPECT_EQ(PyObject_RichCompareBool(bytes, equal, Py_EQ), 1);
    Py_DECREF(equal);
    Py_DECREF(bytes);
    Py_DECREF(load);
    EXPECT_EQ(PyBytes_AsString(Py_None), nullptr);
    EXPECT_TRUE(PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
}

TEST_F(SeriesTest, TheTableWorksOnSeriesFromPython)
{
    auto *api = static_cast<const struct series_api *>(
        PyCapsule_Import(SERIES_API_NAME, 0));
    ASSERT_NE(api, nullptr);
    EXPECT_EQ(api->version, SERIES_API_VERSION);
    PyObject *load = Load();
    double mean = 0;
    EXPECT_EQ(api->mean(load, &mean), -1);
    PyErr_Clear();
    EXPECT_TRUE(Append(load, 4, 1));
    EXPECT_EQ(api->mean(load, &mean), 0);
    EXPECT_EQ(mean, 8);
    Py_DECREF(load);
}

} // namespace
