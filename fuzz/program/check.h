/* What must hold between the forms of a program, for any input. Used by
 * program_fuzz and by the tests. Each function prints what is wrong and aborts;
 * nothing is printed where all is well. */
#ifndef FUZZ_PROGRAM_CHECK_H
#define FUZZ_PROGRAM_CHECK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Any bytes decode; encoding is stable; printing and parsing give the same
 * program; a cut encoding is that of a shorter program. */
void program_check_binary(const uint8_t *bytes, size_t size);

/* Any text either parses to a program that survives all the other forms, or is
 * refused with one line that says where and what was expected. */
void program_check_text(const char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
