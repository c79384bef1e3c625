/* Hooks of free() and realloc() of libc.
 *
 * Only the functions that free are replaced. A block that a live capsule leads
 * to is kept (watch.c). Small blocks that nobody watches are held back for a
 * while, per thread, so that memory which is given to a capsule after its
 * free() is still recognised as free.
 */
#include "check/heap.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "check/channel.h"
#include "check/elf.h"
#include "check/memory.h"
#include "check/python_heap.h"
#include "check/trace.h"
#include "check/watch.h"

enum {
    HELD = 512,       /* blocks of libc that are held back per thread */
    HELD_SIZE = 1024, /* the largest of them, in bytes */
    GRAINS = 1024,    /* lists of held blocks, by address */
    LARGE = 2048      /* no smaller block can be a page of its own */
};

#define EXPORTED __attribute__((visibility("default")))
#define CALLER ((uintptr_t)__builtin_return_address(0))

static void (*real_free)(void *);
static void *(*real_realloc)(void *, size_t);
static void *(*real_malloc)(size_t);
static size_t (*real_size)(void *);
static bool watched;
static freed_twice_function freed_twice;

void heap_on_freed_twice(freed_twice_function function)
{
    freed_twice = function;
}

bool heap_is_watched(void) { return watched; }

static _Thread_local struct dying dying
    __attribute__((tls_model("initial-exec")));

struct dying heap_set_dying(struct dying now)
{
    struct dying before = dying;
    dying = now;
    return before;
}

bool heap_frees_dying(uintptr_t block, uintptr_t caller)
{
    if (__builtin_expect(!dying.block, 1) || block - dying.block > dying.head)
        return false;
    freed_twice(block, caller);
    return true;
}

bool heap_keeps(enum heap heap, uintptr_t block, size_t size, uintptr_t caller)
{
    switch (watch_free(heap, block, size, caller)) {
    case FREED_KEPT:
        if (trace_is_on)
            trace_freed(block);
        return true;
    case FREED_TWICE:
        freed_twice(block, caller);
        return true;
    case FREED_UNWATCHED:
        break;
    }
    return false;
}

/* ---- blocks that are held back ---- */

struct held {
    uintptr_t blocks[HELD];
    uint16_t first[GRAINS]; /* 1 + the slot of a block that begins there */
    uint16_t next_in_grain[HELD];
    uint32_t next;
    bool has_key;
};

static _Thread_local struct held held
    __attribute__((tls_model("initial-exec")));
static pthread_key_t thread_end;

/* Stands in the second word of a block that is held back, where no program
 * writes such a value by chance. */
static uintptr_t seal(uintptr_t block) { return block ^ 0xC0A95C1E5F2EED00u; }

static uint16_t *list_of(uintptr_t address)
{
    return &held.first[address / HELD_SIZE % GRAINS];
}

/* Puts a block in an empty slot. */
static void fill_slot(int slot, uintptr_t block)
{
    uint16_t *list = list_of(block);
    held.next_in_grain[slot] = *list;
    *list = (uint16_t)(slot + 1);
    ((uintptr_t *)block)[1] = seal(block);
    held.blocks[slot] = block;
}

/* Takes the block out of a slot and returns it; 0 if the slot is empty. */
static uintptr_t empty_slot(int slot)
{
    uintptr_t block = held.blocks[slot];
    if (!block)
        return 0;
    uint16_t *link = list_of(block);
    while (*link != slot + 1)
        link = &held.next_in_grain[*link - 1];
    *link = held.next_in_grain[slot];
    held.blocks[slot] = 0;
    ((uintptr_t *)block)[1] = 0;
    return block;
}

/* Returns the slot of the block that the address lies in, among the blocks that
 * begin at `from` or near it; -1 if there is none. */
static int slot_near(uintptr_t from, uintptr_t address)
{
    for (int at = *list_of(from); at; at = held.next_in_grain[at - 1]) {
        uintptr_t block = held.blocks[at - 1];
        if (address - block < HELD_SIZE &&
            address - block < real_size((void *)block))
            return at - 1;
    }
    return -1;
}

static void let_go_of_all(void *thread)
{
    (void)thread;
    for (int i = 0; i < HELD; i++) {
        uintptr_t block = empty_slot(i);
        if (block)
            real_free((void *)block);
    }
    held.has_key = false;
}

static void hold_back(uintptr_t block)
{
    if (!held.has_key) {
        held.has_key = true;
        pthread_setspecific(thread_end, &held);
    }
    int slot = (int)(held.next++ % HELD);
    uintptr_t before = empty_slot(slot);
    fill_slot(slot, block);
    if (before)
        real_free((void *)before);
}

bool heap_is_freed(uintptr_t address)
{
    return watched && (slot_near(address, address) >= 0 ||
                       slot_near(address - HELD_SIZE, address) >= 0);
}

/* ---- libc ---- */

static void find_real(void)
{
    *(void **)&real_realloc = elf_next_function("realloc");
    *(void **)&real_malloc = elf_next_function("malloc");
    *(void **)&real_size = elf_next_function("malloc_usable_size");
    *(void **)&real_free = elf_next_function("free");
}

/* Gives a block back. The allocator may unmap the pages of a large one. */
static void free_at_last(void *block, size_t size)
{
    real_free(block);
    if (size >= LARGE)
        memory_forget((uintptr_t)block, size);
}

static void *realloc_at_last(void *block, size_t before, size_t size)
{
    void *result = real_realloc(block, size);
    if (before >= LARGE)
        memory_forget((uintptr_t)block, before);
    return result;
}

static void free_libc(void *block, uintptr_t caller)
{
    uintptr_t address = (uintptr_t)block;
    if (heap_frees_dying(address, caller))
        return;
    size_t size = real_size(block);
    if (watch_may_concern(address, size) &&
        heap_keeps(HEAP_LIBC, address, size, caller))
        return;
    if (size > HELD_SIZE || size < 2 * sizeof address) {
        free_at_last(block, size);
        return;
    }
    if (((uintptr_t *)address)[1] == seal(address)) {
        int slot = slot_near(address, address);
        if (slot >= 0 && held.blocks[slot] == address) {
            /* The allocator gets both calls and ends the process, as it would
             * without the checker. */
            freed_twice(address, caller);
            empty_slot(slot);
            real_free(block);
            real_free(block);
            return;
        }
    }
    hold_back(address);
}

EXPORTED void free(void *block)
{
    if (!real_free)
        find_real();
    if (!block)
        return;
    if (!watched) {
        real_free(block);
        return;
    }
    int saved_errno = errno;
    free_libc(block, CALLER);
    errno = saved_errno;
}

EXPORTED void *realloc(void *block, size_t size)
{
    if (!real_realloc)
        find_real();
    if (!watched || !block || !size)
        return real_realloc(block, size);
    size_t before = real_size(block);
    uintptr_t address = (uintptr_t)block;
    if (before < 2 * sizeof address || !watch_may_concern(address, before))
        return realloc_at_last(block, before, size);
    /* A copy instead of a move: the old block is freed, and may be kept. */
    void *copy = real_malloc(size);
    if (!copy)
        return NULL;
    memcpy(copy, block, before < size ? before : size);
    free_libc(block, CALLER);
    return copy;
}

/* ---- start ---- */

static void free_for_good(enum heap heap, void *block)
{
    if (heap == HEAP_LIBC)
        free_at_last(block, real_size(block));
    else
        python_heap_free(heap, block);
}

void heap_start(void)
{
    struct elf_object object;
    if (elf_is_sanitized()) {
        channel_note("the heap is not watched: AddressSanitizer does that");
        return;
    }
    find_real();
    if (!real_free || !real_realloc || !real_malloc || !real_size) {
        channel_note("the heap is not watched: no malloc_usable_size()");
        return;
    }
    if (elf_definer("free", false, &object) && !elf_is_behind_this(&object)) {
        channel_note("the heap of libc is not watched: another object defines "
                     "free() and comes first");
        return;
    }
    if (pthread_key_create(&thread_end, let_go_of_all))
        return;
    watch_start(free_for_good);
    watched = true;
    memory_remember_pages();
}
