// What must be seen when a program does to capsules what C leaves undefined.
//
// Nothing can be claimed in general: an implementation without a sanitizer may
// well go on. These functions say what this build can claim, as a regular
// expression for EXPECT_DEATH, or "" for nothing.
#ifndef TESTS_RULES_MISUSE_H
#define TESTS_RULES_MISUSE_H

#include <gtest/gtest.h>

#include <string>

namespace rules {

// The line of the implementation itself, where it catches misuse. Else the
// report of a sanitizer about a capsule's memory, where `otherwise` asks for
// one and the sanitizer sees that memory.
std::string ImplementationReports(const std::string &line,
                                  const std::string &otherwise = "");

// AddressSanitizer's report about memory of a capsule that this test touches.
std::string SanitizerReportsCapsule(const std::string &what);

// The same about memory that the implementation touches: only where it is
// built with the sanitizer too.
std::string SanitizerReportsInside(const std::string &what);

// AddressSanitizer's report about a block that the test got from malloc().
std::string SanitizerReportsBlock(const std::string &what);

// `statement` ends the process with `report`, one of the above.
#define EXPECT_MISUSE_IS_SEEN(statement, report)                               \
    do {                                                                       \
        std::string expected_report = (report);                                \
        if (expected_report.empty()) {                                         \
            GTEST_SKIP() << "undefined, and nothing here would notice";        \
        }                                                                      \
        EXPECT_DEATH(statement, expected_report);                              \
    } while (false)

} // namespace rules

#endif
