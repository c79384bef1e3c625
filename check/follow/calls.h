/* Follows the calls of capsule functions with the model. */
#ifndef CHECK_FOLLOW_CALLS_H
#define CHECK_FOLLOW_CALLS_H

#include "check/follow/reader.h"
#include "check/follow/store.h"

/* Counts of what follow_trace() has compared in a trace. */
extern struct counts {
    unsigned long calls;       /* calls that the model predicted */
    unsigned long unpermitted; /* calls that break the contract */
    unsigned long first_seen;  /* capsules that some later call shows first */
    unsigned long by_rule[RULE_COUNT];
} counts;

/* Begins a trace of an interpreter with this profile. */
void calls_begin(const struct profile *profile);

/* Predicts the call, compares it with the prediction, and keeps what the model
 * then knows of the capsule. Not for PyCapsule_Import. */
void follow_call(const struct reader *reader,
                 const struct trace_record *record);

/* Adds the capsule of a record that has its fields, as the model would know the
 * capsule after PyCapsule_New. Returns the entry of store.h. */
struct stored *adopt(const struct reader *reader,
                     const struct trace_record *record);

#endif
