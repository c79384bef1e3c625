/* An allocator for fuzzing. Blocks lie one after the other with poisoned bytes
 * between them. A freed block is poisoned and not reused before arena_reset(),
 * unless arena_set_mode() says so. A reset costs one pass over the shadow of
 * the used part.
 *
 * AddressSanitizer reports an access to a freed block or between blocks as
 * `use-after-poison`. Not thread-safe.
 */
#ifndef FUZZ_EXECUTOR_ARENA_H
#define FUZZ_EXECUTOR_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* Returns a block of `size` bytes for the program, aligned to 16; never NULL.
 */
void *arena_malloc(size_t size);
void *arena_realloc(void *block, size_t size);
/* Frees a block of the program. If the block is already free, reads from it, so
 * that the sanitizer reports the double free. A pointer from outside the arena
 * goes to free(). */
void arena_free(void *block);
/* Makes everything that is allocated now survive each arena_reset(). */
void arena_keep(void);
/* The content of new blocks: 0xbe, 0 or 0xff in each byte, or random bits. */
enum arena_fill {
    FILL_PATTERN,
    FILL_ZEROS,
    FILL_ONES,
    FILL_RANDOM,
    ARENA_FILLS
};

/* A new block takes the place of no freed block, or of the last or the first
 * freed block of the same size. */
enum arena_reuse {
    REUSE_NEVER,
    REUSE_LAST_FREED,
    REUSE_FIRST_FREED,
    ARENA_REUSES
};

/* Sets both for later calls. Blocks freed before are not reused. */
void arena_set_mode(enum arena_fill fill, enum arena_reuse reuse);

/* Frees everything that was allocated since arena_keep(). */
void arena_reset(void);
/* True if `block` is the start of an arena block that is not freed. */
bool arena_is_live(const void *block);
/* True if AddressSanitizer forbids access to the byte because no live block
 * contains it. False in builds without AddressSanitizer. */
bool memory_is_poisoned(const void *address);

/* Makes the implementation allocate from the arena too. Call before
 * host_start(). `stolen` is called with a block of the program that the
 * implementation frees; it need not return. */
void arena_install(void (*stolen)(const void *block));

#endif
