/* Checks of the forms of a program, for any input. Used by program_fuzz and by
 * tests. Each function prints the error and aborts; without an error it prints
 * nothing. */
#ifndef FUZZ_PROGRAM_CHECK_H
#define FUZZ_PROGRAM_CHECK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Any bytes must decode. Encoding must be stable. Printing and parsing must
 * return the same program. A truncated encoding must be that of a shorter
 * program. */
void program_check_binary(const uint8_t *bytes, size_t size);

/* Any text must either parse to a program that survives all other forms, or
 * give one line with the place and what was expected. */
void program_check_text(const char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
