/* The memory of programs: blocks, and the literals that calls pass. */
#ifndef FUZZ_EXECUTOR_BLOCKS_H
#define FUZZ_EXECUTOR_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *block_malloc(size_t size);
void *block_realloc(void *block, size_t size);
void block_free(void *block);
/* True if the program's block or literal is allocated. */
bool block_is_live(const void *block);

/* Copies the text into a new block of exactly its size and returns the
 * block. */
char *copy_text(const char *text, size_t length);
/* Copies the text into a literal and returns the literal's address. A literal
 * lives until the program ends and must not change. */
uintptr_t make_literal(const char *text, size_t length);
/* Reports a violation if the implementation has written into a literal. */
void check_literals(void);
void free_literals(void);

/* Frees a block on behalf of a destructor. Aborts if the pointer is not one of
 * the program's blocks; literals are copied into blocks, but a program must not
 * free them. */
void free_owned(void *block);
/* Drops the reference in the context, on behalf of a destructor. Aborts if the
 * context is not a capsule. */
void drop_owned(void *context);

#endif
