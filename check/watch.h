/* Addresses that live capsules hold, and what becomes of the blocks behind
 * them.
 *
 * An address is watched while a capsule has it as its pointer, name or context.
 * If the block around it is freed meanwhile, the block is kept: nobody else
 * gets its memory before the last such capsule is gone, so "freed" stays exact.
 */
#ifndef CHECK_WATCH_H
#define CHECK_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who owns a block, and so how it is freed in the end. */
enum heap { HEAP_LIBC, HEAP_MEM, HEAP_OBJECT, HEAP_COUNT };

typedef void (*free_function)(enum heap heap, void *block);

/* Watches an address for one capsule more. Returns its number, to be handed to
 * the functions below; 0, which they accept, for NULL and if there is no memory
 * left. Takes the lock. */
uint32_t watch_add(uintptr_t address);

/* Ends a watch of one capsule. May free a kept block. Takes the lock. */
void watch_remove(uint32_t watch);

/* Returns the return address of the free() of the block around the address; 0
 * if the block is not freed. */
uintptr_t watch_freed_by(uint32_t watch);

/* True if the block was freed while the interpreter shut down. */
bool watch_freed_at_shutdown(uint32_t watch);

/* The same for any address; 0 if it is not watched. Takes the lock. */
uintptr_t watch_address_freed_by(uintptr_t address);

/* True if no block is kept, so that no watched address is freed. */
bool watch_nothing_freed(void);

enum freed {
    FREED_UNWATCHED, /* the caller must free the block */
    FREED_KEPT,      /* the block is kept */
    FREED_TWICE      /* the block was kept already: freed once more */
};

/* Tells that the block is being freed by `return_address`. Takes the lock. */
enum freed watch_free(enum heap heap, uintptr_t block, size_t size,
                      uintptr_t return_address);

/* True if some watched address may lie in the block. A quick look without the
 * lock; false is certain. */
bool watch_may_concern(uintptr_t block, size_t size);

/* True if some watched address lies in the block. watch_may_concern() was true.
 * Takes the lock. */
bool watch_concerns(uintptr_t block, size_t size);

/* Sets the function that frees the kept blocks in the end. */
void watch_start(free_function function);

#endif
