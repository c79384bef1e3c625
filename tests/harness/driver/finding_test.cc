/* Classification of reports as findings. */
#include "fuzz/driver/finding.h"

#include <string>

#include "gtest/gtest.h"

namespace {

constexpr int ABORTED = 6;       /* a wait status: killed by SIGABRT */
constexpr int EXITED_1 = 1 << 8; /* a wait status: exit(1) */

child Child(std::string &output, int status)
{
    child result = {};
    result.status = status;
    result.output = &output[0];
    result.size = output.size();
    return result;
}

std::string Finding(std::string output, int status = ABORTED,
                    bool timed_out = false)
{
    child result = Child(output, status);
    result.timed_out = timed_out;
    return finding_of(&result);
}

bool Reported(std::string output, const char *expected, int status = ABORTED)
{
    child result = Child(output, status);
    return finding_is_reported(&result, expected);
}

const char USE_AFTER_FREE[] =
    "=================\n"
    "==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x5020\n"
    "SUMMARY: AddressSanitizer: heap-use-after-free a.c:3 in f\n";

TEST(Finding, ASurvivorHasNone) { EXPECT_EQ(Finding("text\n", 0), ""); }

TEST(Finding, OfUndefinedBehaviourEndsBeforeWhatDiffersBetweenRuns)
{
    char finding[FINDING_SIZE];
    finding_of_undefined("load of address 0x7f for type 'int'", finding);
    EXPECT_STREQ(finding, "UndefinedBehaviorSanitizer: load of address");
    finding_of_undefined("signed integer overflow: -5 - 7 cannot be", finding);
    EXPECT_STREQ(finding,
                 "UndefinedBehaviorSanitizer: signed integer overflow");
}

TEST(Finding, OfAViolationIsTheRule)
{
    EXPECT_EQ(Finding("x\ncontract violation: GETP-3  f: text\n"), "GETP-3");
}

TEST(Finding, OfASanitizerIsItsClass)
{
    EXPECT_EQ(Finding(USE_AFTER_FREE, EXITED_1),
              "AddressSanitizer: heap-use-after-free");
    EXPECT_EQ(Finding("==1==ERROR: AddressSanitizer: attempting double-free "
                      "on 0x60 in thread T0:\n"),
              "AddressSanitizer: attempting double-free");
    EXPECT_EQ(Finding("==1==ERROR: AddressSanitizer: SEGV on unknown\n"),
              "AddressSanitizer: SEGV");
    EXPECT_EQ(Finding("==1==ERROR: LeakSanitizer: detected memory leaks\n"),
              "LeakSanitizer: detected memory leaks");
}

TEST(Finding, OfUndefinedBehaviourIsItsKind)
{
    EXPECT_EQ(Finding("a.c:3:4: runtime error: load of misaligned address "
                      "0x7f for type 'int'\n"),
              "UndefinedBehaviorSanitizer: load of misaligned address");
}

TEST(Finding, OfASilentDeathIsTheWayItDied)
{
    EXPECT_EQ(Finding("", ABORTED), "signal 6");
    EXPECT_EQ(Finding("", EXITED_1), "exit status 1");
    EXPECT_EQ(Finding("", ABORTED, true), "time limit");
}

TEST(Reported, OnlyWhereTheLineIsTheSanitizers)
{
    EXPECT_TRUE(Reported(USE_AFTER_FREE, "AddressSanitizer: "
                                         "heap-use-after-free"));
    EXPECT_FALSE(Reported("note: AddressSanitizer: heap-use-after-free\n",
                          "AddressSanitizer: heap-use-after-free"));
}

TEST(Reported, OnlyInWholeWords)
{
    EXPECT_FALSE(Reported("contract violation: DTOR-11  f: text\n", "DTOR-1"));
    EXPECT_FALSE(Reported(USE_AFTER_FREE, "AddressSanitizer: heap-use"));
    EXPECT_TRUE(Reported("contract violation: DTOR-1  f: text\n", "DTOR-1"));
}

TEST(Reported, AsTheImplementationsOwnLine)
{
    EXPECT_TRUE(Reported("Fatal error: refcount\n", "Fatal error"));
    EXPECT_FALSE(Reported("a Fatal error: refcount\n", "Fatal error"));
}

TEST(Reported, NeverByASurvivor)
{
    EXPECT_FALSE(
        Reported(USE_AFTER_FREE, "AddressSanitizer: heap-use-after-free", 0));
}

TEST(Reported, NeverAsNothing) { EXPECT_FALSE(Reported(USE_AFTER_FREE, "")); }

} // namespace
