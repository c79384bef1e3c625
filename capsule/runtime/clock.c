/* The clock that a test can turn; see clock.h. */
#define CAPSULE_RUNTIME_REAL_CLOCK
#define _GNU_SOURCE /* clock_gettime, gettimeofday */
#include <sys/time.h>
#include <time.h>

#include "capsule/runtime/clock.h"

long runtime_clock_ahead;

long runtime_time(long *seconds)
{
    long now = (long)time(NULL) + runtime_clock_ahead;
    if (seconds) {
        *seconds = now;
    }
    return now;
}

long runtime_clock(void)
{
    return (long)clock() + runtime_clock_ahead * CLOCKS_PER_SEC;
}

int runtime_clock_gettime(int clock_id, struct timespec *now)
{
    int status = clock_gettime(clock_id, now);
    now->tv_sec += runtime_clock_ahead;
    return status;
}

int runtime_gettimeofday(struct timeval *now, void *zone)
{
    int status = gettimeofday(now, zone);
    now->tv_sec += runtime_clock_ahead;
    return status;
}
