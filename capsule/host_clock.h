/* The clock of an implementation, for tests that let time pass at once. Each
 * implementation defines the function in its `host.c`. */
#ifndef CAPSULE_HOST_CLOCK_H
#define CAPSULE_HOST_CLOCK_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sets how many seconds the implementation's clock is ahead of the real time.
 * Returns false if the clock cannot be turned; then nothing changes. */
bool host_turn_clock(long seconds);

#ifdef __cplusplus
}
#endif

#endif
