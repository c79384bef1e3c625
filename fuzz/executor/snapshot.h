/* The bytes of the capsules when they were compared last. */
#ifndef FUZZ_EXECUTOR_SNAPSHOT_H
#define FUZZ_EXECUTOR_SNAPSHOT_H

#include <stdbool.h>

/* Keeps the bytes of the capsule's object. */
void snapshot_take(int capsule);

/* True if the object has the bytes that snapshot_take() kept. */
bool snapshot_matches(int capsule);

#endif
