/* Counters of a run, in a file that another process can map and read while the
 * run goes on: no system call is made per program.
 *
 * The file is the struct as it stands in memory, little-endian. Names are NUL
 * padded. Readers check `magic` and take the sizes from the file.
 */
#ifndef FUZZ_EXECUTOR_STATUS_H
#define FUZZ_EXECUTOR_STATUS_H

#include <stdint.h>

#include "capsule/contract.h"

enum { STATUS_RULE_NAME = 16 };

struct status_rule {
    char id[STATUS_RULE_NAME]; /* "GETP-3" */
    uint64_t reachable;        /* 1 when programs can exercise it */
    uint64_t count;            /* comparisons of what it speaks of */
};

struct status {
    char magic[16];    /* "capsule-status1" */
    uint64_t rules;    /* entries in `rule` */
    uint64_t programs; /* programs run */
    uint64_t calls;    /* calls performed, those in destructors included */
    uint64_t skipped;  /* calls left out because they break the contract */
    struct status_rule rule[RULE_COUNT];
};

/* Never NULL. */
extern struct status *status;

/* Points `status` at the file that CAPSULE_STATUS_FILE names, or at memory,
 * and clears the counters. Ends the process with status 2 when the file cannot
 * be used. */
void status_open(void);

#endif
