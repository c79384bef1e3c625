/* Addresses that live capsules hold, and what becomes of the blocks behind
 * them. */
#include "check/watch.h"

#include <string.h>

#include "check/interpreter.h"
#include "check/pages.h"

enum {
    PAGE_BITS = 12,
    CHUNK_BITS = 12,
    CHUNK_SIZE = 1 << CHUNK_BITS,
    MOST_CHUNKS = 1 << 14,
    FIRST_BUCKETS = 1 << 14,
    MOST_KEPT_BYTES = 1 << 20 /* a larger block is marked, but not kept */
};

struct watch {
    uintptr_t address;
    uint32_t capsules; /* that hold the address; 0: the entry is unused */
    uint32_t next;     /* in the bucket of its page, or of unused entries */
    uint32_t kept;     /* number of the kept block around it, or 0 */
};

struct kept {
    uintptr_t block;
    size_t size;
    uintptr_t freed_by;
    uint32_t watches; /* that lead into the block; 0: unused */
    uint32_t next;    /* unused entry */
    enum heap heap;
    bool held; /* false: too large, its memory is gone */
    bool at_shutdown;
};

struct buckets {
    uint32_t mask;
    uint32_t first[];
};

static void *chunks[MOST_CHUNKS]; /* of struct watch */
static uint32_t watch_count = 1;  /* number 0 is nobody */
static uint32_t live_watches;
static uint32_t unused_watch;
static struct buckets *buckets;

static void *kept_chunks[MOST_CHUNKS]; /* of struct kept */
static uint32_t kept_count = 1;
static uint32_t live_kept;
static uint32_t unused_kept;

static free_function free_block;

void watch_start(free_function function) { free_block = function; }

static struct watch *watch_at(uint32_t number)
{
    return (struct watch *)chunks[number >> CHUNK_BITS] +
           (number & (CHUNK_SIZE - 1));
}

static struct kept *kept_at(uint32_t number)
{
    return (struct kept *)kept_chunks[number >> CHUNK_BITS] +
           (number & (CHUNK_SIZE - 1));
}

static uint32_t bucket_of_page(uintptr_t page, uint32_t mask)
{
    return (uint32_t)(page * 0x9E3779B97F4A7C15u >> 32) & mask;
}

static uint32_t *bucket_of(uintptr_t address)
{
    return &buckets->first[bucket_of_page(address >> PAGE_BITS, buckets->mask)];
}

/* Doubles the buckets. The old ones stay mapped: watch_may_concern() may read
 * them without the lock. Together they are as large as the new ones. */
static bool grow(void)
{
    uint32_t size = buckets ? (buckets->mask + 1) * 2 : FIRST_BUCKETS;
    struct buckets *larger =
        pages_take(sizeof *larger + (size_t)size * sizeof larger->first[0]);
    if (!larger)
        return buckets;
    larger->mask = size - 1;
    struct buckets *before = buckets;
    for (uint32_t i = 0; before && i <= before->mask; i++)
        for (uint32_t at = before->first[i], next; at; at = next) {
            struct watch *watch = watch_at(at);
            uint32_t *first = &larger->first[bucket_of_page(
                watch->address >> PAGE_BITS, larger->mask)];
            next = watch->next;
            watch->next = *first;
            *first = at;
        }
    __atomic_store_n(&buckets, larger, __ATOMIC_RELEASE);
    return true;
}

static uint32_t find(uintptr_t address)
{
    uint32_t at = buckets ? *bucket_of(address) : 0;
    while (at && watch_at(at)->address != address)
        at = watch_at(at)->next;
    return at;
}

/* Takes an unused number of a table that grows by chunks; 0 if it is full. */
static uint32_t fresh(void **table, size_t entry_size, uint32_t *count)
{
    uint32_t number = *count;
    uint32_t chunk = number >> CHUNK_BITS;
    if (chunk >= MOST_CHUNKS)
        return 0;
    if (!table[chunk])
        table[chunk] = pages_take(entry_size * CHUNK_SIZE);
    if (!table[chunk])
        return 0;
    ++*count;
    return number;
}

static uint32_t fresh_watch(void)
{
    uint32_t number = unused_watch;
    if (!number)
        return fresh(chunks, sizeof(struct watch), &watch_count);
    unused_watch = watch_at(number)->next;
    return number;
}

static uint32_t fresh_kept(void)
{
    uint32_t number = unused_kept;
    if (!number)
        return fresh(kept_chunks, sizeof(struct kept), &kept_count);
    unused_kept = kept_at(number)->next;
    return number;
}

/* Takes a watch off its kept block; frees the entry of a block that no other
 * watch leads into, and returns it. */
static struct kept leave_block(struct watch *watch)
{
    struct kept ended = {.held = false};
    uint32_t number = watch->kept;
    if (number && --kept_at(number)->watches == 0) {
        ended = *kept_at(number);
        *kept_at(number) = (struct kept){.next = unused_kept};
        unused_kept = number;
        live_kept--;
    }
    watch->kept = 0;
    return ended;
}

uint32_t watch_add(uintptr_t address)
{
    if (!address)
        return 0;
    lock_take();
    uint32_t number = find(address);
    if (!number && (!buckets || live_watches >= buckets->mask / 2) && !grow()) {
        lock_give();
        return 0;
    }
    if (!number && (number = fresh_watch())) {
        uint32_t *first = bucket_of(address);
        *watch_at(number) = (struct watch){.address = address, .next = *first};
        __atomic_store_n(first, number, __ATOMIC_RELEASE);
        live_watches++;
    }
    if (number) {
        struct watch *watch = watch_at(number);
        watch->capsules++;
        /* The memory of a block that was not held has a new owner. */
        if (watch->kept && !kept_at(watch->kept)->held)
            leave_block(watch);
    }
    lock_give();
    return number;
}

static void forget_watch(uint32_t number)
{
    struct watch *watch = watch_at(number);
    uint32_t *link = bucket_of(watch->address);
    while (*link != number)
        link = &watch_at(*link)->next;
    *link = watch->next;
    watch->next = unused_watch;
    unused_watch = number;
    live_watches--;
}

void watch_remove(uint32_t number)
{
    if (!number)
        return;
    struct kept ended = {.held = false};
    lock_take();
    struct watch *watch = watch_at(number);
    if (--watch->capsules == 0) {
        ended = leave_block(watch);
        forget_watch(number);
    }
    lock_give();
    if (ended.held)
        free_block(ended.heap, (void *)ended.block);
}

uintptr_t watch_freed_by(uint32_t number)
{
    uint32_t kept = number ? watch_at(number)->kept : 0;
    return kept ? kept_at(kept)->freed_by : 0;
}

bool watch_freed_at_shutdown(uint32_t number)
{
    uint32_t kept = number ? watch_at(number)->kept : 0;
    return kept && kept_at(kept)->at_shutdown;
}

uintptr_t watch_address_freed_by(uintptr_t address)
{
    lock_take();
    uintptr_t result = watch_freed_by(find(address));
    lock_give();
    return result;
}

bool watch_nothing_freed(void)
{
    return !__atomic_load_n(&live_kept, __ATOMIC_RELAXED);
}

bool watch_may_concern(uintptr_t block, size_t size)
{
    const struct buckets *now = __atomic_load_n(&buckets, __ATOMIC_ACQUIRE);
    if (!now)
        return false;
    uintptr_t last = (block + size - 1) >> PAGE_BITS;
    for (uintptr_t page = block >> PAGE_BITS; page <= last; page++)
        if (__atomic_load_n(&now->first[bucket_of_page(page, now->mask)],
                            __ATOMIC_RELAXED))
            return true;
    return false;
}

bool watch_concerns(uintptr_t block, size_t size)
{
    bool found = false;
    lock_take();
    uintptr_t last = (block + size - 1) >> PAGE_BITS;
    for (uintptr_t page = block >> PAGE_BITS; page <= last && !found; page++)
        for (uint32_t at = buckets->first[bucket_of_page(page, buckets->mask)];
             at && !found; at = watch_at(at)->next)
            found = watch_at(at)->address - block < size;
    lock_give();
    return found;
}

/* Puts the block behind `watch` into `*kept_number`, if it is there. */
static void mark(struct watch *watch, uintptr_t block, size_t size,
                 uint32_t *kept_number, bool *twice)
{
    if (watch->address - block >= size)
        return;
    if (watch->kept) {
        const struct kept *kept = kept_at(watch->kept);
        *twice = *twice || (kept->held && kept->block == block);
        return;
    }
    if (!*kept_number && !(*kept_number = fresh_kept()))
        return;
    watch->kept = *kept_number;
    kept_at(*kept_number)->watches++;
}

enum freed watch_free(enum heap heap, uintptr_t block, size_t size,
                      uintptr_t return_address)
{
    uint32_t kept_number = 0;
    bool twice = false;
    enum freed result = FREED_UNWATCHED;
    uintptr_t first = block >> PAGE_BITS;
    uintptr_t last = (block + size - 1) >> PAGE_BITS;
    lock_take();
    if (last - first > watch_count) {
        for (uint32_t i = 1; i < watch_count; i++)
            if (watch_at(i)->capsules)
                mark(watch_at(i), block, size, &kept_number, &twice);
    } else {
        for (uintptr_t page = first; page <= last; page++)
            for (uint32_t at =
                     buckets->first[bucket_of_page(page, buckets->mask)];
                 at; at = watch_at(at)->next)
                mark(watch_at(at), block, size, &kept_number, &twice);
    }
    if (kept_number) {
        struct kept *kept = kept_at(kept_number);
        uint32_t watches = kept->watches;
        *kept = (struct kept){.block = block,
                              .size = size,
                              .freed_by = return_address,
                              .watches = watches,
                              .heap = heap,
                              .at_shutdown = interpreter_is_incomplete(),
                              .held = size <= MOST_KEPT_BYTES};
        live_kept++;
        result = kept->held ? FREED_KEPT : FREED_UNWATCHED;
    } else if (twice) {
        result = FREED_TWICE;
    }
    lock_give();
    return result;
}
