/* Memory that the program unmaps or protects while capsules lead into it.
 *
 * The functions do what the program asks. Afterwards no page that may have
 * changed is remembered (memory.c). Each name that may be gone is looked at
 * before it is read, and each pointer before it is handed out (fields.c).
 */
#include "check/unmap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include "check/elf.h"
#include "check/heap.h"
#include "check/memory.h"
#include "check/pages.h"
#include "check/record.h"
#include "check/watch.h"

#define EXPORTED __attribute__((visibility("default")))

static bool started;

void unmap_start(void) { started = true; }

/* The memory that mark() looks at. Guarded by the lock. */
static uintptr_t from;
static size_t size;

static void mark(struct record *record)
{
    if (record->flags & RECORD_DEAD)
        return;
    if (record->name - from < size)
        record->flags |= RECORD_NAME_UNMAPPED;
    if (record->pointer - from < size)
        record->flags |= RECORD_POINTER_UNMAPPED;
}

/* True if some capsule may lead into the memory. Spares the look at all records
 * for most calls. */
static bool may_concern(uintptr_t start, size_t length)
{
    enum { MOST = 64 << 20 }; /* a larger range has too many pages to look up */
    return !heap_is_watched() || length > MOST ||
           (watch_may_concern(start, length) && watch_concerns(start, length));
}

static void memory_is_gone(void *start, size_t length)
{
    int saved_errno = errno;
    memory_forget((uintptr_t)start, length);
    if (started && length && may_concern((uintptr_t)start, length)) {
        lock_take();
        from = (uintptr_t)start;
        size = length;
        records_each(mark);
        lock_give();
    }
    errno = saved_errno;
}

EXPORTED int munmap(void *start, size_t length)
{
    static int (*real)(void *, size_t);
    if (!real)
        *(void **)&real = elf_next_function("munmap");
    int result = real(start, length);
    if (!result)
        memory_is_gone(start, length);
    return result;
}

EXPORTED int mprotect(void *start, size_t length, int protection)
{
    static int (*real)(void *, size_t, int);
    if (!real)
        *(void **)&real = elf_next_function("mprotect");
    int result = real(start, length, protection);
    if (protection & PROT_READ)
        memory_forget((uintptr_t)start, length);
    else
        memory_is_gone(start, length);
    return result;
}

EXPORTED void *mremap(void *start, size_t before, size_t after, int flags, ...)
{
    static void *(*real)(void *, size_t, size_t, int, ...);
    if (!real)
        *(void **)&real = elf_next_function("mremap");
    va_list arguments;
    va_start(arguments, flags);
    void *wanted = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);
    void *result = real(start, before, after, flags, wanted);
    if (result == MAP_FAILED)
        return result;
    memory_is_gone(start, before);
    memory_forget((uintptr_t)result, after);
    return result;
}
