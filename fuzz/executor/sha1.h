/* SHA-1, used only to name files as libFuzzer does. */
#ifndef FUZZ_EXECUTOR_SHA1_H
#define FUZZ_EXECUTOR_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SHA1_TEXT = 41 };

/* Writes 40 hexadecimal digits and a NUL. */
void sha1_text(const uint8_t *bytes, size_t size, char text[SHA1_TEXT]);

#endif
