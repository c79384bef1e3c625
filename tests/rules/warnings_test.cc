// The warnings that W27-3 depends on: filters decide if a warning is ignored,
// shown or raised.
//
// Each test uses texts of its own, because Python 2.7 remembers the warnings
// that it has shown even after the filters change.

#include <string>

#include "tests/rules/warning_filters.h"

namespace {

using rules::CountOf;
using rules::FilterWarnings;
using rules::NothingRaised;
using rules::PendingException;
using rules::Raised;
using rules::RemoveWarningFilters;
using rules::WrittenBy;

using WarningsTest = rules::WarningsTest;

// Returns what is shown if the same warning is signalled three times.
std::string ShownThreeTimes(PyObject *category, const char *text)
{
    return WrittenBy([&] {
        for (int i = 0; i < 3; i++) {
            EXPECT_EQ(PyErr_WarnEx(category, text, 1), 0);
            EXPECT_TRUE(NothingRaised());
        }
    });
}

TEST_F(WarningsTest, W27_3_DeprecationsAreSilentByDefault)
{
    EXPECT_EQ(ShownThreeTimes(PyExc_PendingDeprecationWarning, "silent"), "");
    EXPECT_EQ(ShownThreeTimes(PyExc_DeprecationWarning, "silent"), "");
}

TEST_F(WarningsTest, W27_3_OtherWarningsAreShownOnceByDefault)
{
    std::string shown = ShownThreeTimes(PyExc_UserWarning, "seen by default");
    EXPECT_EQ(CountOf("UserWarning: seen by default\n", shown), 1) << shown;
}

TEST_F(WarningsTest, W27_3_OnceIsPerTextAndCategory)
{
    std::string all = ShownThreeTimes(PyExc_UserWarning, "text a") +
                      ShownThreeTimes(PyExc_UserWarning, "text b") +
                      ShownThreeTimes(PyExc_RuntimeWarning, "text a") +
                      ShownThreeTimes(PyExc_UserWarning, "text a");
    EXPECT_EQ(CountOf("UserWarning: text a\n", all), 1) << all;
    EXPECT_EQ(CountOf("UserWarning: text b\n", all), 1) << all;
    EXPECT_EQ(CountOf("RuntimeWarning: text a\n", all), 1) << all;
}

TEST_F(WarningsTest, W27_3_ActionsThatShow)
{
    const struct {
        const char *action;
        const char *text;
        int times;
    } actions[] = {{"default", "under default", 1},
                   {"always", "under always", 3},
                   {"module", "under module", 1},
                   {"once", "under once", 1},
                   {"ignore", "under ignore", 0}};
    for (const auto &action : actions) {
        FilterWarnings(action.action);
        std::string shown =
            ShownThreeTimes(PyExc_PendingDeprecationWarning, action.text);
        EXPECT_EQ(CountOf("PendingDeprecationWarning: " +
                              std::string(action.text) + "\n",
                          shown),
                  action.times)
            << shown;
    }
}

TEST_F(WarningsTest, W27_3_AnErrorIsAnExceptionEachTime)
{
    FilterWarnings("error");
    for (PyObject *category :
         {PyExc_UserWarning, PyExc_PendingDeprecationWarning}) {
        std::string shown = WrittenBy([&] {
            for (int i = 0; i < 3; i++) {
                EXPECT_EQ(PyErr_WarnEx(category, "an error", 1), -1);
                EXPECT_TRUE(Raised(category, "an error"));
            }
        });
        EXPECT_EQ(shown, "");
    }
}

TEST_F(WarningsTest, W27_3_AnErrorReplacesAPendingException)
{
    FilterWarnings("error");
    PendingException pending;
    EXPECT_EQ(PyErr_WarnEx(PyExc_UserWarning, "replaces", 1), -1);
    EXPECT_TRUE(Raised(PyExc_UserWarning, "replaces"));
}

TEST_F(WarningsTest, W27_3_AnIgnoredWarningLeavesAPendingException)
{
    PendingException pending;
    EXPECT_EQ(PyErr_WarnEx(PyExc_PendingDeprecationWarning, "leaves", 1), 0);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(WarningsTest, W27_3_AFilterMatchesItsCategoryAndSubclasses)
{
    RemoveWarningFilters();
    FilterWarnings("error", PyExc_DeprecationWarning);
    EXPECT_EQ(PyErr_WarnEx(PyExc_DeprecationWarning, "exact", 1), -1);
    EXPECT_TRUE(Raised(PyExc_DeprecationWarning, "exact"));
    std::string shown =
        ShownThreeTimes(PyExc_PendingDeprecationWarning, "no relation");
    EXPECT_EQ(CountOf("no relation", shown), 1);

    FilterWarnings("error", PyExc_Warning);
    EXPECT_EQ(PyErr_WarnEx(PyExc_UserWarning, "inherits", 1), -1);
    EXPECT_TRUE(Raised(PyExc_UserWarning, "inherits"));
}

TEST_F(WarningsTest, W27_3_TheLatestFilterComesFirst)
{
    FilterWarnings("error");
    FilterWarnings("ignore", PyExc_UserWarning);
    EXPECT_EQ(ShownThreeTimes(PyExc_UserWarning, "covered"), "");
    EXPECT_EQ(PyErr_WarnEx(PyExc_RuntimeWarning, "not covered", 1), -1);
    EXPECT_TRUE(Raised(PyExc_RuntimeWarning, "not covered"));
}

TEST_F(WarningsTest, W27_3_AFilterCanBeAppended)
{
    RemoveWarningFilters();
    FilterWarnings("ignore", PyExc_UserWarning);
    PyObject *module = PyImport_ImportModule("warnings");
    PyObject *result = PyObject_CallMethod(
        module, const_cast<char *>("simplefilter"), const_cast<char *>("sOii"),
        "error", PyExc_Warning, 0, 1);
    EXPECT_EQ(result, Py_None);
    Py_XDECREF(result);
    Py_DECREF(module);
    EXPECT_EQ(ShownThreeTimes(PyExc_UserWarning, "before it"), "");
    EXPECT_EQ(PyErr_WarnEx(PyExc_RuntimeWarning, "behind it", 1), -1);
    EXPECT_TRUE(Raised(PyExc_RuntimeWarning, "behind it"));
}

TEST_F(WarningsTest, W27_3_ResettingFiltersForgetsShownWarnings)
{
    if (!host_keeps_nothing()) {
        GTEST_SKIP() << "CPython 2.7 does not forget shown warnings";
    }
    EXPECT_NE(ShownThreeTimes(PyExc_UserWarning, "shown again"), "");
    RemoveWarningFilters();
    EXPECT_NE(ShownThreeTimes(PyExc_UserWarning, "shown again"), "");
    FilterWarnings("default");
    EXPECT_NE(ShownThreeTimes(PyExc_UserWarning, "shown again"), "");
    EXPECT_EQ(ShownThreeTimes(PyExc_UserWarning, "shown again"), "");
}

TEST_F(WarningsTest, W27_3_WithoutFiltersEveryWarningIsShownOnce)
{
    RemoveWarningFilters();
    std::string shown =
        ShownThreeTimes(PyExc_PendingDeprecationWarning, "no filter");
    EXPECT_EQ(CountOf("PendingDeprecationWarning: no filter\n", shown), 1);
}

TEST_F(WarningsTest, W27_3_NoCategoryIsRuntimeWarning)
{
    FilterWarnings("error");
    EXPECT_EQ(PyErr_WarnEx(nullptr, "no category", 1), -1);
    EXPECT_TRUE(Raised(PyExc_RuntimeWarning, "no category"));
}

TEST_F(WarningsTest, W27_3_AnUnknownActionIsRefused)
{
    PyObject *module = PyImport_ImportModule("warnings");
    EXPECT_EQ(PyObject_CallMethod(module, const_cast<char *>("simplefilter"),
                                  const_cast<char *>("s"), "bogus"),
              nullptr);
    EXPECT_TRUE(Raised(PyExc_AssertionError, "invalid action: 'bogus'"));
    Py_DECREF(module);
}

TEST_F(WarningsTest, W27_3_WithoutMemoryAWarningFails)
{
    if (!host_fail_allocation(0, HOST_FAIL_ONCE)) {
        GTEST_SKIP() << "the implementation cannot make an allocation fail";
    }
    host_fail_allocation(1, HOST_FAIL_FROM_THERE_ON);
    int ignored = PyErr_WarnEx(PyExc_DeprecationWarning, "no memory", 1);
    int shown = PyErr_WarnEx(PyExc_UserWarning, "no memory", 1);
    host_fail_allocation(0, HOST_FAIL_ONCE);
    EXPECT_EQ(shown, -1);
    EXPECT_TRUE(Raised(PyExc_MemoryError, ""));
    EXPECT_EQ(ignored, 0);
}

} // namespace
