/* Reports of findings: the broken rule, the call and the program. */
#ifndef FUZZ_EXECUTOR_REPORT_H
#define FUZZ_EXECUTOR_REPORT_H

#include <stdint.h>

/* Prints the report and aborts. The texts may come from describe_*(). Returns
 * only if is_unchecked(), or if the difference is known (quarantine.h): the
 * executor then leaves the rest of the program out. */
void violation(uint16_t rule, const char *expected, const char *got)
    __attribute__((cold));

/* Adds the program to the reports of sanitizers. */
void report_install(void);
/* Adds the program to an abort() of the implementation. Call before the first
 * program, not earlier: the fuzz engine installs its own handler after
 * executor_start(), and that handler must run afterwards. */
void report_catch_abort(void);

#endif
