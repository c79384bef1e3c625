/* Test cases and what became of them: FAILED lines on stdout, and JUnit XML in
 * the file that $XML_OUTPUT_FILE names, so that a test's log names the input.
 */
#ifndef FUZZ_DRIVER_REPORT_H
#define FUZZ_DRIVER_REPORT_H

#include <stddef.h>
#include <stdio.h>

struct report {
    const char *suite; /* "replay" */
    size_t failed;     /* cases */
    FILE *file;        /* NULL: no XML is written */
    const char *path;
};

/* Opens the file, if the environment names one. Ends the program with status 2
 * if the file cannot be written. */
void report_open(struct report *report, const char *suite);

/* Adds a case. `failure` is what it printed, of any bytes; NULL: it passed.
 * `headline` says in a line what failed; may be NULL. */
void report_case(struct report *report, const char *name, const char *headline,
                 const char *failure);

/* Completes the file. Ends the program with status 2 if that fails. Returns the
 * exit status of the tool: 1 if a case failed, else 0. */
int report_close(struct report *report);

#endif
