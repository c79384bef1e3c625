/* Names the finding of a child: a finding of fuzz/executor/finding.h or, if the
 * report names none, `signal 11`, `exit status 3` or `time limit`. */
#ifndef FUZZ_DRIVER_FINDING_H
#define FUZZ_DRIVER_FINDING_H

#include <stdbool.h>

#include "fuzz/driver/child.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the name of the child's first finding to child->finding; an empty text
 * if the child survived. Returns child->finding. */
const char *finding_of(struct child *child);

/* True if a line of the child's report is `expected`, as in finding_is_line().
 * False for a child that survived. */
bool finding_is_reported(const struct child *child, const char *expected);

#ifdef __cplusplus
}
#endif

#endif
