/* Reports of what is wrong: what was broken, where, and the program. */
#ifndef FUZZ_EXECUTOR_REPORT_H
#define FUZZ_EXECUTOR_REPORT_H

#include <stdint.h>

/* Prints the report and aborts. The texts may come from describe_*(). Returns
 * only with the option sanitizers_only. */
void violation(uint16_t rule, const char *expected, const char *got)
    __attribute__((cold));

/* Arranges that the program also follows a sanitizer's finding. */
void report_install(void);
/* The same for an abort() of the implementation. Late, as the fuzz engine
 * installs a handler of its own between executor_start() and the first
 * program; the former handler is called afterwards. */
void report_catch_abort(void);

#endif
