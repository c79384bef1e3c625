/* Accesses of a program to its own memory. Sanitizers instrument this file in
 * every build. */
#ifndef FUZZ_EXECUTOR_CALLER_MEMORY_H
#define FUZZ_EXECUTOR_CALLER_MEMORY_H

#include <stddef.h>

/* Reads the first byte of the block. */
void touch_read(const char *block);

/* Sets block[index] to value. */
void touch_write(char *block, size_t index, char value);

/* Copies the text, of at most 4,096 bytes, into a local array and returns the
 * address of that array, which is invalid by then. */
char *touch_stack(const char *text, size_t length) __attribute__((noinline));

#endif
