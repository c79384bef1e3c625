/* Snapshots of the bytes of capsules at their last comparison. */
#ifndef FUZZ_EXECUTOR_SNAPSHOT_H
#define FUZZ_EXECUTOR_SNAPSHOT_H

#include <stdbool.h>

/* Saves the bytes of the capsule's object. */
void snapshot_take(int capsule);

/* True if the object still has the bytes that snapshot_take() saved. */
bool snapshot_matches(int capsule);

#endif
