// The results that a test can expect when a program does to capsules what C
// leaves undefined.
//
// Nothing holds for every build: an implementation without a sanitizer may just
// go on. These functions return what this build can expect: a regular
// expression for EXPECT_DEATH, or "" for nothing.
#ifndef TESTS_RULES_MISUSE_H
#define TESTS_RULES_MISUSE_H

#include <gtest/gtest.h>

#include <string>

namespace rules {

// The line that the implementation prints, if it catches misuse. Else, if
// `otherwise` is given and the sanitizer watches capsules, the sanitizer's
// report about a capsule's memory.
std::string ImplementationReports(const std::string &line,
                                  const std::string &otherwise = "");

// AddressSanitizer's report about memory of a capsule that the test itself
// accesses.
std::string SanitizerReportsCapsule(const std::string &what);

// The same for memory that the implementation accesses; "" unless the
// implementation is built with the sanitizer.
std::string SanitizerReportsInside(const std::string &what);

// AddressSanitizer's report about a block that the test allocated with
// malloc().
std::string SanitizerReportsBlock(const std::string &what);

// Expects that `statement` ends the process with `report`, which one of the
// functions above returned. Skips the test if the report is "".
#define EXPECT_MISUSE_IS_SEEN(statement, report)                               \
    do {                                                                       \
        std::string expected_report = (report);                                \
        if (expected_report.empty()) {                                         \
            GTEST_SKIP() << "this build does not detect undefined use";        \
        }                                                                      \
        EXPECT_DEATH(statement, expected_report);                              \
    } while (false)

} // namespace rules

#endif
