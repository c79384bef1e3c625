#include "tests/rules/warning_filters.h"

namespace rules {

namespace {

// Returns the module `warnings`. The first import leaves it in sys.modules, as
// in a program.
PyObject *Module()
{
    PyObject *module = PyImport_ImportModule("warnings");
    EXPECT_NE(module, nullptr);
    return module;
}

void Check(PyObject *result)
{
    EXPECT_NE(result, nullptr);
    EXPECT_TRUE(NothingRaised());
    Py_XDECREF(result);
}

} // namespace

void FilterWarnings(const char *action, PyObject *category)
{
    PyObject *module = Module();
    Check(PyObject_CallMethod(module, const_cast<char *>("simplefilter"),
                              const_cast<char *>("sO"), action,
                              category ? category : PyExc_Warning));
    Py_DECREF(module);
}

void RemoveWarningFilters()
{
    PyObject *module = Module();
    Check(PyObject_CallMethod(module, const_cast<char *>("resetwarnings"),
                              nullptr));
    Py_DECREF(module);
}

void WarningsTest::SetUp()
{
    // Import the module before the base class counts blocks.
    Py_DECREF(Module());
    Python2Test::SetUp();
}

void WarningsTest::TearDown()
{
    if (IsSkipped()) {
        return;
    }
    RemoveWarningFilters();
    FilterWarnings("ignore", PyExc_DeprecationWarning);
    FilterWarnings("ignore", PyExc_PendingDeprecationWarning);
    CapsuleTest::TearDown();
}

std::string WrittenBy(const std::function<void()> &function)
{
    ::testing::internal::CaptureStderr();
    function();
    return ::testing::internal::GetCapturedStderr();
}

int CountOf(const std::string &text, const std::string &in)
{
    int count = 0;
    for (size_t at = in.find(text); at != std::string::npos;
         at = in.find(text, at + text.size())) {
        count++;
    }
    return count;
}

} // namespace rules
