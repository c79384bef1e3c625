// The clock that a test can turn: each function that asks for the time follows.
#include <sys/time.h>
#include <time.h>

#include <gtest/gtest.h>

#include "capsule/host_clock.h"

extern "C" {
#define CAPSULE_RUNTIME_REAL_CLOCK
#include "capsule/runtime/clock.h"
}

namespace {

const long HOUR = 3600;

TEST(ClockTest, EachFunctionFollows)
{
    ASSERT_TRUE(host_turn_clock(HOUR));
    const long now = time(nullptr);
    long seconds = 0;
    EXPECT_GE(runtime_time(&seconds), now + HOUR);
    EXPECT_GE(seconds, now + HOUR);
    struct timespec precise = {};
    EXPECT_EQ(runtime_clock_gettime(CLOCK_REALTIME, &precise), 0);
    EXPECT_GE(precise.tv_sec, now + HOUR);
    struct timeval of_day = {};
    EXPECT_EQ(runtime_gettimeofday(&of_day, nullptr), 0);
    EXPECT_GE(of_day.tv_sec, now + HOUR);
    EXPECT_GE(runtime_clock(), HOUR * CLOCKS_PER_SEC);
    ASSERT_TRUE(host_turn_clock(0));
    EXPECT_LT(runtime_time(nullptr), now + HOUR);
}

} // namespace
