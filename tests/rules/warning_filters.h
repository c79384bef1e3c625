// Warnings in tests: what becomes of them is decided by filters, which are
// changed by the functions of the module `warnings`.
#ifndef TESTS_RULES_WARNING_FILTERS_H
#define TESTS_RULES_WARNING_FILTERS_H

#include <Python.h>

#include <functional>
#include <string>

#include "tests/rules/support.h"

namespace rules {

// Begins with the filters of the interpreter's start and leaves them behind.
class WarningsTest : public Python2Test {
  protected:
    void SetUp() override;
    void TearDown() override;
};

// warnings.simplefilter(action, category): from now on what happens to warnings
// of that category, all of them if it is missing.
void FilterWarnings(const char *action, PyObject *category = nullptr);

// warnings.resetwarnings(): there are no filters.
void RemoveWarningFilters();

// What a function writes to stderr, where warnings are shown.
std::string WrittenBy(const std::function<void()> &function);

// How often the text occurs in the other one.
int CountOf(const std::string &text, const std::string &in);

} // namespace rules

#endif
