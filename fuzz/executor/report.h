/* Reports of findings: the broken rule, the call and the program. */
#ifndef FUZZ_EXECUTOR_REPORT_H
#define FUZZ_EXECUTOR_REPORT_H

#include <stdint.h>

#include "fuzz/model/model.h"

/* Prints the report and aborts. The texts may come from describe_*(). Returns
 * only if is_unchecked(), or if the difference is known (quarantine.h): the
 * executor then leaves the rest of the program out. */
void violation(uint16_t rule, const char *expected, const char *got)
    __attribute__((cold));

/* The same, for a field of a capsule that a getter of the harness has read. The
 * program in the report ends with that getter. */
void violation_of_field(uint16_t rule, const struct model_capsule *capsule,
                        enum field field, const char *expected, const char *got)
    __attribute__((cold));

/* Reports that the implementation frees this block, which belongs to the
 * program. */
void report_stolen_block(const void *block);

/* Adds the program to the reports of sanitizers. */
void report_install(void);
/* Adds the program to an abort() of the implementation. Call before the first
 * program, not earlier: the fuzz engine installs its own handler after
 * executor_start(), and that handler must run afterwards. */
void report_catch_abort(void);

#endif
