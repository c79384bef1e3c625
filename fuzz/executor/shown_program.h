/* The program that a report shows. */
#ifndef FUZZ_EXECUTOR_SHOWN_PROGRAM_H
#define FUZZ_EXECUTOR_SHOWN_PROGRAM_H

#include <stdbool.h>

#include "fuzz/model/model.h"

/* Returns the calls made so far, the current call included; if the finding is
 * in a getter that the harness calls to compare, with that getter at the end.
 * `fault`: something went wrong in the code that is running now. The program is
 * valid until the next call. */
const struct program *shown_program(bool fault);

/* Says which field a getter of the harness has found to be wrong. The program
 * then ends with that getter. A capsule of NULL: none. */
void shown_program_ends_with(const struct model_capsule *capsule,
                             enum field field);

#endif
