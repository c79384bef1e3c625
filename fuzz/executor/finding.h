/* Names findings so that tools can compare them:
 *
 *    GETP-3                                   a rule of the contract
 *    AddressSanitizer: heap-use-after-free    a class of a sanitizer's findings
 *    UndefinedBehaviorSanitizer: ...
 *
 * The executor prints the name in its report; all tools compare names. */
#ifndef FUZZ_EXECUTOR_FINDING_H
#define FUZZ_EXECUTOR_FINDING_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FINDING_SIZE = 128 };

/* Writes the name of the first finding in the text. Returns false if the text
 * contains none. */
bool finding_in_text(const char *text, char finding[FINDING_SIZE]);

/* Writes the name of the finding with UndefinedBehaviorSanitizer's
 * `message`. */
void finding_of_undefined(const char *message, char finding[FINDING_SIZE]);

/* True if the line is the one that a program expects in `# report ...:`.
 * `expected` is one of: the id of a rule; the name of a sanitizer and the first
 * words of its message; the beginning of a line that the implementation
 * prints. */
bool finding_is_line(const char *line, const char *expected);

#ifdef __cplusplus
}
#endif

#endif
