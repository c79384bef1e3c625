/* The rule behind a fault that only a sanitizer sees. */
#ifndef FUZZ_EXECUTOR_FAULT_RULE_H
#define FUZZ_EXECUTOR_FAULT_RULE_H

#include <stdint.h>

/* Returns the rule of the code that runs now: that of the current call; while
 * the call destroys a capsule, DTOR-13; for a getter that the harness calls to
 * compare, GET-ALL-2. */
uint16_t rule_of_running_code(void);

/* Returns the rule that the implementation breaks if it touches the byte at
 * this address, or RULE_COUNT if the address tells nothing. */
uint16_t fault_rule(uintptr_t address);

#endif
