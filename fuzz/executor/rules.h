/* Which rules the run has exercised. */
#ifndef FUZZ_EXECUTOR_RULES_H
#define FUZZ_EXECUTOR_RULES_H

#include <stdint.h>

/* Tells kinds of situations apart. */
enum outcome { WHEN_SUCCEEDS, WHEN_FAILS, WHEN_PENDING, OUTCOMES };

/* Notes that a situation which the rule speaks of was met, and that its results
 * were compared. */
void exercise(uint16_t rule, enum outcome outcome);

#endif
