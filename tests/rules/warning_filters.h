// Warnings in tests. Filters decide how a warning is handled; functions of the
// module `warnings` change the filters.
#ifndef TESTS_RULES_WARNING_FILTERS_H
#define TESTS_RULES_WARNING_FILTERS_H

#include <Python.h>

#include <functional>
#include <string>

#include "tests/rules/support.h"

namespace rules {

// A fixture that starts each test with the filters of the interpreter's start,
// and restores them.
class WarningsTest : public Python2Test {
  protected:
    void SetUp() override;
    void TearDown() override;
};

// warnings.simplefilter(action, category): sets how warnings of this category
// are handled. Without a category, all warnings.
void FilterWarnings(const char *action, PyObject *category = nullptr);

// warnings.resetwarnings(): removes all filters.
void RemoveWarningFilters();

// Returns what the function writes to stderr, where warnings are shown.
std::string WrittenBy(const std::function<void()> &function);

// Returns how often `text` occurs in `in`.
int CountOf(const std::string &text, const std::string &in);

} // namespace rules

#endif
