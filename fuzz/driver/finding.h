/* What the report of a run says was found, in a form that can be compared:
 *
 *   GETP-3                                   a rule of the contract
 *   AddressSanitizer: heap-use-after-free    a sanitizer's class
 *   UndefinedBehaviorSanitizer: ...
 *   signal 11, exit status 3, time limit     if no report says more
 */
#ifndef FUZZ_DRIVER_FINDING_H
#define FUZZ_DRIVER_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "fuzz/driver/child.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the first thing that the child found to child->finding; an empty text
 * for a child that survived. Returns child->finding. */
const char *finding_of(struct child *child);

/* True if the child's report has a line that is what a program asks for in
 * `# report ...:`. `expected` is a rule's id, or a sanitizer's name and the
 * beginning of what it says (whole words), or the beginning of a line that the
 * implementation prints by itself. */
bool finding_is_reported(const struct child *child, const char *expected);

#ifdef __cplusplus
}
#endif

#endif
