/* What a program does with its own memory, compiled so that a sanitizer sees
 * it in every build. */
#ifndef FUZZ_EXECUTOR_TOUCH_H
#define FUZZ_EXECUTOR_TOUCH_H

#include <stddef.h>

/* Reads the first byte. */
void touch_read(const char *block);

/* block[index] = value. */
void touch_write(char *block, size_t index, char value);

#endif
