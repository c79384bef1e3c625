/* Says which calls of programs the contract does not permit. */
#ifndef CHECK_FOLLOW_SKIPPED_H
#define CHECK_FOLLOW_SKIPPED_H

#include <stdbool.h>

/* Prints a line "INDEX PATH" for each call of the program in the file that the
 * caller may not make there. Indexes count from 0. On failure returns false and
 * prints one line to stderr. */
bool skipped_print(const char *path);

#endif
