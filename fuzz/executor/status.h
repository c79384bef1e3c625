/* The counters of a run, in a mapped file. Another process can read them while
 * the run goes on; the run makes no system call per program.
 *
 * The file is the struct as in memory, little-endian. Names are padded with
 * NUL. Readers check `magic` and take the sizes from the file. */
#ifndef FUZZ_EXECUTOR_STATUS_H
#define FUZZ_EXECUTOR_STATUS_H

#include <stdint.h>

#include "capsule/contract.h"

enum { STATUS_RULE_NAME = 16 };

struct status_rule {
    char id[STATUS_RULE_NAME]; /* "GETP-3" */
    uint64_t reachable;        /* 1 if programs can exercise the rule */
    uint64_t count;            /* comparisons that the rule decided */
};

struct status {
    char magic[16];    /* "capsule-status1" */
    uint64_t rules;    /* entries in `rule` */
    uint64_t programs; /* programs run */
    uint64_t calls;    /* calls performed, those in destructors included */
    uint64_t skipped;  /* calls skipped: they would break the contract */
    struct status_rule rule[RULE_COUNT];
};

/* Never NULL. */
extern struct status *status;

/* Points `status` to the file that CAPSULE_STATUS_FILE names, or to memory, and
 * clears the counters. Ends the process with status 2 if the file cannot be
 * used. */
void status_open(void);

#endif
