#include "fuzz/executor/arena.h"

#include <Python.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsule/host_allocator.h"
#include "fuzz/executor/caller_memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#define NO_SANITIZE __attribute__((no_sanitize("address")))
#else
#define NO_SANITIZE
#endif

/* NULL unless MemorySanitizer is linked: says that nobody has written the
 * block. */
void __msan_allocated_memory(const volatile void *block, size_t size)
    __attribute__((weak));

enum {
    ARENA_SIZE = 96 << 20, /* more than 64 calls can allocate */
    HEADER = 16,
    RED_ZONE = 16
};

/* Precedes each block, in poisoned memory. */
struct header {
    size_t size;
    size_t owner; /* enum owner */
};

enum owner { NOBODY, /* the block is freed */ PROGRAM, IMPLEMENTATION };

static _Alignas(16) char arena[ARENA_SIZE];
static size_t used;
static size_t kept; /* bytes of `used` that arena_reset() leaves */
static bool prepared;
static enum arena_fill fill;
static enum arena_reuse reuse;
static uint64_t random_bits; /* of FILL_RANDOM */

/* Freed blocks of up to 16 * (CLASSES - 1) bytes that can be used again, by
 * size. A block's first bytes, which are poisoned, lead to the next one. */
enum { CLASSES = 65 };
static struct {
    char *first, *last;
} freed[CLASSES];

/* --- the shadow ----------------------------------------------------------- */

enum { SHADOW_OF_POISON = 0xf7 /* as __asan_poison_memory_region() writes */ };

static uint8_t *shadow; /* the shadow of arena[0]; NULL without ASan */

/* volatile keeps the compiler from calling memset(), which the sanitizer
 * checks. */
NO_SANITIZE static void fill_shadow(size_t first, size_t count, uint8_t value)
{
    if (shadow == NULL) {
        return;
    }
    volatile uint8_t *byte = shadow + first;
    for (; count > 0 && (uintptr_t)byte % 8; count--) {
        *byte++ = value;
    }
    for (; count >= 8; count -= 8, byte += 8) {
        *(volatile uint64_t *)byte = value * UINT64_C(0x0101010101010101);
    }
    for (; count > 0; count--) {
        *byte++ = value;
    }
}

static void prepare_shadow(void)
{
#ifdef HAS_ASAN
    size_t scale, offset;
    __asan_get_shadow_mapping(&scale, &offset);
    if (scale != 3) {
        fputs("executor: AddressSanitizer has an unknown shadow layout; use "
              "CAPSULE_ALLOCATOR=malloc\n",
              stderr);
        abort();
    }
    __asan_poison_memory_region(arena, ARENA_SIZE);
    shadow = (uint8_t *)(((uintptr_t)arena >> scale) + offset);
#endif
}

/* Allows access to exactly the bytes of the block. */
NO_SANITIZE static void unpoison(const char *block, size_t size)
{
    size_t first = (size_t)(block - arena) / 8;
    fill_shadow(first, size / 8, 0);
    if (size % 8) {
        fill_shadow(first + size / 8, 1, (uint8_t)(size % 8));
    }
}

static void poison(const char *block, size_t size)
{
    fill_shadow((size_t)(block - arena) / 8, (size + 7) / 8, SHADOW_OF_POISON);
}

/* --- blocks --------------------------------------------------------------- */

NO_SANITIZE static struct header *header_of(const void *block)
{
    return (struct header *)((char *)block - HEADER);
}

NO_SANITIZE static void write_header(void *block, size_t size, enum owner owner)
{
    header_of(block)->size = size;
    header_of(block)->owner = owner;
}

NO_SANITIZE static size_t size_of(void *block)
{
    return header_of(block)->size;
}

NO_SANITIZE static enum owner owner_of(const void *block)
{
    return (enum owner)header_of(block)->owner;
}

static bool is_ours(const void *block)
{
    return (const char *)block >= arena && (const char *)block < arena + used;
}

bool arena_is_live(const void *block)
{
    return is_ours(block) && owner_of(block) != NOBODY;
}

static const uint64_t FILLS[] = {
    [FILL_PATTERN] = UINT64_C(0xbebebebebebebebe),
    [FILL_ZEROS] = 0,
    [FILL_ONES] = UINT64_MAX,
};

static uint64_t next_random(void)
{
    random_bits = random_bits * UINT64_C(6364136223846793005) + 1442695;
    return random_bits ^ random_bits >> 29;
}

/* Fills a new block as the program wants: a read of uninitialised memory must
 * not depend on earlier programs. */
static void fill_with_garbage(char *block, size_t size)
{
    uint64_t *word = (uint64_t *)block;
    size_t words = size / 8 < 16 ? size / 8 : 16;
    if (fill == FILL_RANDOM) {
        for (size_t i = 0; i < words; i++) {
            word[i] = next_random();
        }
        return;
    }
    for (size_t i = 0; i < words; i++) {
        word[i] = FILLS[fill];
    }
}

/* --- blocks that are used again ------------------------------------------- */

static size_t class_of(size_t size) { return (size + 15) / 16; }

NO_SANITIZE static char **next_of(char *block) { return (char **)block; }

NO_SANITIZE static void keep_for_reuse(char *block, size_t size)
{
    size_t class = class_of(size);
    if (class >= CLASSES || block < arena + kept) {
        return;
    }
    if (freed[class].first == NULL) {
        *next_of(block) = NULL;
        freed[class].first = freed[class].last = block;
    } else if (reuse == REUSE_LAST_FREED) {
        *next_of(block) = freed[class].first;
        freed[class].first = block;
    } else {
        *next_of(block) = NULL;
        *next_of(freed[class].last) = block;
        freed[class].last = block;
    }
}

/* Returns a freed block of that size class, or NULL. */
NO_SANITIZE static char *reused(size_t size)
{
    size_t class = class_of(size);
    char *block = class < CLASSES ? freed[class].first : NULL;
    if (block) {
        freed[class].first = *next_of(block);
    }
    return block;
}

void arena_set_mode(enum arena_fill new_fill, enum arena_reuse new_reuse)
{
    if (reuse != REUSE_NEVER) {
        memset(freed, 0, sizeof freed);
    }
    fill = new_fill;
    reuse = new_reuse;
    random_bits = 1;
}

/* --- allocating ----------------------------------------------------------- */

/* A block behind all others. */
static char *fresh(size_t size)
{
    char *block = arena + used + HEADER;
    size_t whole = HEADER + ((size + 15) & ~(size_t)15) + RED_ZONE;
    if (size > ARENA_SIZE || whole > ARENA_SIZE - used) {
        fputs("executor: the arena is full; raise ARENA_SIZE\n", stderr);
        abort();
    }
    used += whole;
    return block;
}

static void *allocate(size_t size, enum owner owner)
{
    if (!prepared) {
        prepare_shadow();
        prepared = true;
    }
    char *block = reuse == REUSE_NEVER ? NULL : reused(size);
    if (block == NULL) {
        block = fresh(size);
    }
    write_header(block, size, owner);
    unpoison(block, size);
    fill_with_garbage(block, size);
    if (owner == IMPLEMENTATION && __msan_allocated_memory) {
        __msan_allocated_memory(block, size);
    }
    return block;
}

void *arena_malloc(size_t size) { return allocate(size, PROGRAM); }

void arena_free(void *block)
{
    if (block == NULL) {
        return;
    }
    if (!is_ours(block)) {
        free(block);
        return;
    }
    if (owner_of(block) == NOBODY) {
        touch_read(block); /* lets the sanitizer report it */
        fputs("executor: double free\n", stderr);
        abort();
    }
    size_t size = size_of(block);
    write_header(block, size, NOBODY);
    poison(block, size);
    if (reuse != REUSE_NEVER) {
        keep_for_reuse(block, size);
    }
}

static void *reallocate(void *block, size_t size, enum owner owner)
{
    void *moved = allocate(size, owner);
    if (block) {
        size_t old = size_of(block);
        memcpy(moved, block, old < size ? old : size);
        arena_free(block);
    }
    return moved;
}

void *arena_realloc(void *block, size_t size)
{
    return reallocate(block, size, PROGRAM);
}

void arena_reset(void)
{
    arena_set_mode(FILL_PATTERN, REUSE_NEVER);
    poison(arena + kept, used - kept);
    used = kept;
}

void arena_keep(void) { kept = used; }

bool memory_is_poisoned(const void *address)
{
#ifdef HAS_ASAN
    return __asan_address_is_poisoned(address) != 0;
#else
    (void)address;
    return false;
#endif
}

/* --- the arena as the implementation's allocator -------------------------- */

#ifdef HOST_ALLOCATOR_COUNTS

static void (*on_stolen)(const void *block);

/* Called before the implementation frees or resizes the block. */
static void check_owner(const void *block)
{
    if (block && is_ours(block) && owner_of(block) == PROGRAM) {
        on_stolen(block);
    }
}

static void *object_malloc(void *ctx, size_t size)
{
    (void)ctx;
    return allocate(size, IMPLEMENTATION);
}

static void *object_calloc(void *ctx, size_t count, size_t size)
{
    (void)ctx;
    if (size && count > ARENA_SIZE / size) {
        return NULL;
    }
    return memset(allocate(count * size, IMPLEMENTATION), 0, count * size);
}

static void *object_realloc(void *ctx, void *block, size_t size)
{
    (void)ctx;
    check_owner(block);
    return reallocate(block, size, IMPLEMENTATION);
}

static void object_free(void *ctx, void *block)
{
    (void)ctx;
    check_owner(block);
    arena_free(block);
}

void arena_install(void (*stolen)(const void *block))
{
    on_stolen = stolen;
    PyMemAllocatorEx allocator = {
        NULL, object_malloc, object_calloc, object_realloc, object_free,
    };
    PyMem_SetAllocator(PYMEM_DOMAIN_MEM, &allocator);
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &allocator);
}

#else

/* Without HOST_ALLOCATOR_COUNTS the implementation keeps its own allocator. */
void arena_install(void (*stolen)(const void *block)) { (void)stolen; }

#endif
