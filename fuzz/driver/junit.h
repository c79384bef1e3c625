/* JUnit XML: one test case per input, so that a test's log names the file. */
#ifndef FUZZ_DRIVER_JUNIT_H
#define FUZZ_DRIVER_JUNIT_H

#include <stddef.h>
#include <stdio.h>

struct junit {
    FILE *file; /* NULL: nothing asked for XML */
    const char *path;
};

/* Opens the file that $XML_OUTPUT_FILE names; does nothing where it names none.
 * Ends the program with status 2 where the file cannot be written. */
void junit_open(struct junit *junit, const char *suite);

/* Adds a case. `failure` is its report, of any bytes; NULL: it passed. */
void junit_case(struct junit *junit, const char *suite, const char *name,
                const char *failure);

/* Completes the file. Ends the program with status 2 where that fails. */
void junit_close(struct junit *junit);

#endif
