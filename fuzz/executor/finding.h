/* The names of findings, in a form that can be compared:
 *
 *   GETP-3                                   a rule of the contract
 *   AddressSanitizer: heap-use-after-free    a sanitizer's class
 *   UndefinedBehaviorSanitizer: ...
 *
 * The executor prints the name in its report; all tools compare names. */
#ifndef FUZZ_EXECUTOR_FINDING_H
#define FUZZ_EXECUTOR_FINDING_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FINDING_SIZE = 128 };

/* Writes the first finding that the text names, and returns true; returns false
 * if the text names none. */
bool finding_in_text(const char *text, char finding[FINDING_SIZE]);

/* Writes the name of what UndefinedBehaviorSanitizer says in `message`. */
void finding_of_undefined(const char *message, char finding[FINDING_SIZE]);

/* True if the line is what a program asks for in `# report ...:`. `expected` is
 * a rule's id, or a sanitizer's name and the beginning of what it says (whole
 * words), or the beginning of a line that the implementation prints itself. */
bool finding_is_line(const char *line, const char *expected);

#ifdef __cplusplus
}
#endif

#endif
