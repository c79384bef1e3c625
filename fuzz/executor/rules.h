/* Counts which rules the run has exercised. */
#ifndef FUZZ_EXECUTOR_RULES_H
#define FUZZ_EXECUTOR_RULES_H

#include <stdint.h>

/* The outcomes that are counted as separate situations. */
enum outcome { WHEN_SUCCEEDS, WHEN_FAILS, WHEN_PENDING, OUTCOMES };

/* Records that the rule applied in a situation and that its results were
 * compared. */
void exercise(uint16_t rule, enum outcome outcome);

#endif
