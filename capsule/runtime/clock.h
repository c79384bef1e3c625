/* The clock of the implementation. Code of the reference and of the runtime
 * that asks for the time asks these functions, so that a test can turn the
 * clock: a capsule is then a year old at once. */
#ifndef CAPSULE_RUNTIME_CLOCK_H
#define CAPSULE_RUNTIME_CLOCK_H

/* How many seconds the clock is ahead of the real time. A test sets this while
 * no other thread runs. */
extern long runtime_clock_ahead;

/* The functions of <time.h> and <sys/time.h> of the same names, for the turned
 * clock. This header does not include those headers, so that a file can still
 * define feature test macros after it. */
struct timespec;
struct timeval;
long runtime_time(long *seconds);
long runtime_clock(void);
int runtime_clock_gettime(int clock, struct timespec *now);
int runtime_gettimeofday(struct timeval *now, void *zone);

#ifndef CAPSULE_RUNTIME_REAL_CLOCK
#define time(seconds) runtime_time(seconds)
#define clock(...) runtime_clock(__VA_ARGS__)
#define clock_gettime(clock, now) runtime_clock_gettime(clock, now)
#define gettimeofday(now, zone) runtime_gettimeofday(now, zone)
#endif

#endif
