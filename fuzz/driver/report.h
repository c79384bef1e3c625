/* Reports test cases: FAILED lines on stdout, and JUnit XML in the file that
 * $XML_OUTPUT_FILE names, so that a test's log names the failed input. */
#ifndef FUZZ_DRIVER_REPORT_H
#define FUZZ_DRIVER_REPORT_H

#include <stddef.h>
#include <stdio.h>

struct report {
    const char *suite; /* "replay" */
    size_t failed;     /* the number of failed cases */
    FILE *file;        /* NULL: no XML */
    const char *path;
};

/* Opens the XML file if the environment names one. Ends the program with status
 * 2 if the file cannot be written. */
void report_open(struct report *report, const char *suite);

/* Adds a case. `failure` is the output of the failed case, of any bytes; NULL:
 * the case passed. `headline` is one line about the failure, or NULL. */
void report_case(struct report *report, const char *name, const char *headline,
                 const char *failure);

/* Completes the XML file. Ends the program with status 2 if that fails. Returns
 * the tool's exit status: 1 if a case failed, else 0. */
int report_close(struct report *report);

#endif
