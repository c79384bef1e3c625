/* What a program does with its own memory, compiled so that a sanitizer sees
 * it in every build. */
#ifndef FUZZ_EXECUTOR_CALLER_MEMORY_H
#define FUZZ_EXECUTOR_CALLER_MEMORY_H

#include <stddef.h>

/* Reads the first byte. */
void touch_read(const char *block);

/* block[index] = value. */
void touch_write(char *block, size_t index, char value);

/* Copies the text, of at most 4,096 bytes, into its own frame and returns where
 * that was. */
char *touch_stack(const char *text, size_t length) __attribute__((noinline));

#endif
