/* The memory of programs: blocks, and the literals that calls pass. */
#ifndef FUZZ_EXECUTOR_BLOCKS_H
#define FUZZ_EXECUTOR_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *block_malloc(size_t size);
void *block_realloc(void *block, size_t size);
void block_free(void *block);
/* True if the block or literal of the program is still allocated. */
bool block_is_live(const void *block);

/* A text in a block of exactly its size. */
char *copy_text(const char *text, size_t length);
/* The same as a literal, which lives until the program ends and which nobody
 * may change: its address. */
uintptr_t make_literal(const char *text, size_t length);
/* Reports a literal that the implementation has written into. */
void check_literals(void);
void free_literals(void);

/* Frees a block on behalf of a destructor. Aborts if the pointer is not one of
 * the program's blocks; literals are copied into blocks, but a program must not
 * free them. */
void free_owned(void *block);
/* Drops the reference that a context is, on behalf of a destructor. Aborts if
 * the context is no capsule. */
void drop_owned(void *context);

#endif
