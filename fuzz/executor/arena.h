/* An allocator for fuzzing: blocks stand one behind the other with poisoned
 * bytes between them, a freed block is poisoned and never used again until
 * arena_reset(), and a reset costs one pass over the shadow of what was used.
 *
 * The sanitizer reports a touch of a freed or foreign byte as
 * `use-after-poison`. Not thread-safe.
 */
#ifndef FUZZ_EXECUTOR_ARENA_H
#define FUZZ_EXECUTOR_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* A block of `size` bytes, aligned to 16; never NULL. */
void *arena_malloc(size_t size);
void *arena_realloc(void *block, size_t size);
/* Frees a block of the arena. A block that is freed already is touched, so
 * that the sanitizer reports it; one that is not of the arena goes to free().
 */
void arena_free(void *block);
/* What is allocated now survives every arena_reset(). */
void arena_keep(void);
/* Frees everything since arena_keep(). */
void arena_reset(void);
/* True if `block` is a block of the arena that has not been freed. */
bool arena_is_live(const void *block);
/* True if AddressSanitizer forbids access to the byte: it belongs to no live
 * block. False in builds without AddressSanitizer. */
bool memory_is_poisoned(const void *address);

/* Makes the implementation allocate in the arena too; before host_start(). */
void arena_install(void);

#endif
