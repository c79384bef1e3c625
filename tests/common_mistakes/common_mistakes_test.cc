// BUG-1 to BUG-8: something catches each of the common bugs, and these tests
// say what.
//
// Each bug runs in a process of its own. The process ends as an author would
// see it: with an uncaught exception, or with the report of a sanitizer.

#include <cstdlib>
#include <string>

#include "capsule/host.h"
#include "tests/common_mistakes/common_mistakes.h"
#include "tests/rules/misuse.h"
#include "tests/rules/support.h"

#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define HAS_UNDEFINED_BEHAVIOR_SANITIZER 1
#endif
#endif

namespace {

using rules::SanitizerReportsBlock;

// Runs the bug and prints the uncaught exception, as Python would. Then ends
// the process, so that LeakSanitizer checks for leaks.
void RunProgram(int (*bug)())
{
    int status = bug();
    if (status < 0) {
        PyErr_Print();
    }
    std::exit(status < 0);
}

bool Fails(int status)
{
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

// Expects that the bug ends its process with a report. `report` is a regular
// expression; "" skips the test, because this build has no tool that notices
// the bug.
#define EXPECT_CAUGHT(bug, report)                                             \
    do {                                                                       \
        const std::string expected_report = (report);                          \
        if (expected_report.empty()) {                                         \
            GTEST_SKIP() << "this build does not detect it";                   \
        }                                                                      \
        EXPECT_EXIT(RunProgram(bug), Fails, expected_report);                  \
    } while (false)

std::string LeakReport()
{
    return SanitizerReportsBlock("").empty()
               ? ""
               : "ERROR: LeakSanitizer: detected memory leaks";
}

std::string WrongFunctionReport()
{
#ifdef HAS_UNDEFINED_BEHAVIOR_SANITIZER
    return "runtime error: call to function .* through pointer to incorrect "
           "function type";
#else
    return "";
#endif
}

class CommonMistakesDeathTest : public ::testing::Test {
  protected:
    void SetUp() override
    {
        // Another program, such as python3, does not know GoogleTest's flags,
        // so that a death test cannot start it again and forks instead.
        ::testing::FLAGS_gtest_death_test_style =
            rules::inside_another_program ? "fast" : "threadsafe";
    }
};

TEST_F(CommonMistakesDeathTest, BUG_1_ImportFindsNoCapsuleOfTheName)
{
    EXPECT_CAUGHT(name_mismatch_import,
                  "AttributeError: PyCapsule_Import \"fastdb\\._C_API\" is not "
                  "valid");
}

TEST_F(CommonMistakesDeathTest, BUG_1_TheCapsuleHasAnotherName)
{
    EXPECT_CAUGHT(name_mismatch_get_pointer,
                  "ValueError: PyCapsule_GetPointer called with incorrect "
                  "name");
}

TEST_F(CommonMistakesDeathTest, BUG_2_TheConsumerCallsTheWrongFunction)
{
    EXPECT_CAUGHT(abi_mismatch_function, WrongFunctionReport());
}

TEST_F(CommonMistakesDeathTest, BUG_2_TheConsumerCallsANumber)
{
    EXPECT_CAUGHT(abi_mismatch_number, SanitizerReportsBlock("SEGV"));
}

TEST_F(CommonMistakesDeathTest, BUG_2_TheCompilerSeesIt)
{
    EXPECT_TRUE(abi_mismatch_seen_by_the_compiler());
}

TEST_F(CommonMistakesDeathTest, BUG_3_FreedDataAreRead)
{
    EXPECT_CAUGHT(dangling_pointer,
                  SanitizerReportsBlock("heap-use-after-free"));
}

TEST_F(CommonMistakesDeathTest, BUG_4_TheDataLeak)
{
    EXPECT_CAUGHT(missing_destructor, LeakReport());
}

TEST_F(CommonMistakesDeathTest, BUG_5_TheCallerGetsTheExceptionOfTheDestructor)
{
    if (PY_MAJOR_VERSION < 3) {
        GTEST_SKIP() << "Python 2 does not check the results of functions";
    }
    EXPECT_CAUGHT(bad_destructor,
                  host_profile()->bad_destructors_are_fatal
                      ? "Fatal Python error: _Py_Dealloc: Deallocator of type "
                        "'PyCapsule' raised an exception"
                      : "SystemError: <built-in function use_buffer> returned "
                        "a result with an (exception|error) set");
}

TEST_F(CommonMistakesDeathTest, BUG_6_TheObjectIsThatOfAnotherInterpreter)
{
    EXPECT_CAUGHT(interpreter_leak_seen,
                  "RuntimeError: leaky: the table holds an object of another "
                  "interpreter");
}

TEST_F(CommonMistakesDeathTest, BUG_6_TheObjectEndedWithItsInterpreter)
{
    EXPECT_CAUGHT(interpreter_leak_used,
                  rules::SanitizerReportsInside("heap-use-after-free"));
}

TEST_F(CommonMistakesDeathTest, BUG_7_ACapsuleCannotBeCopiedOrPickled)
{
    EXPECT_CAUGHT(misuse_from_python,
                  "TypeError: (cannot pickle 'PyCapsule' object|"
                  "can't pickle PyCapsule objects)");
}

TEST_F(CommonMistakesDeathTest, BUG_8_TheArrayHasMoved)
{
    EXPECT_CAUGHT(invalid_lifetime,
                  SanitizerReportsBlock("heap-use-after-free"));
}

} // namespace
