/* Memory for the checker's own tables, and the lock that guards them. */
#include "check/pages.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHUNK = 1 << 18 };

static unsigned char *chunk;
static size_t chunk_used = CHUNK;
static atomic_flag taken = ATOMIC_FLAG_INIT;

void *pages_map(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void pages_unmap(void *pages, size_t size) { syscall(SYS_munmap, pages, size); }

void *pages_take(size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > CHUNK / 4)
        return pages_map(size);
    if (chunk_used + size > CHUNK) {
        unsigned char *fresh = pages_map(CHUNK);
        if (!fresh)
            return NULL;
        chunk = fresh;
        chunk_used = 0;
    }
    void *result = chunk + chunk_used;
    chunk_used += size;
    return result;
}

void lock_take(void)
{
    for (int spins = 0;
         atomic_flag_test_and_set_explicit(&taken, memory_order_acquire);
         spins++)
        if (spins > 64)
            sched_yield();
}

bool lock_try(void)
{
    return !atomic_flag_test_and_set_explicit(&taken, memory_order_acquire);
}

void lock_give(void)
{
    atomic_flag_clear_explicit(&taken, memory_order_release);
}

void lock_reset(void) { atomic_flag_clear(&taken); }
