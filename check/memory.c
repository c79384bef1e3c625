/* Looks at memory that may not be there, and at stacks. */
#include "check/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

enum { PAGE = 4096, REMEMBERED = 256 };

bool memory_read(void *to, uintptr_t from, size_t size)
{
    struct iovec local = {to, size};
    struct iovec remote = {(void *)from, size};
    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) ==
           (ssize_t)size;
}

/* Pages that were found readable, or writable; direct-mapped caches. */
typedef uintptr_t page_cache[REMEMBERED];
static page_cache readable;
static page_cache writable;
static bool remembers;

void memory_remember_pages(void) { remembers = true; }

static void forget_page(uintptr_t page)
{
    uintptr_t slot = page / PAGE % REMEMBERED;
    __atomic_store_n(&readable[slot], 0, __ATOMIC_RELAXED);
    __atomic_store_n(&writable[slot], 0, __ATOMIC_RELAXED);
}

void memory_forget(uintptr_t from, size_t size)
{
    uintptr_t page = from & ~(uintptr_t)(PAGE - 1);
    uintptr_t end = from + size < from ? UINTPTR_MAX : from + size;
    /* REMEMBERED pages in a row are in all slots. */
    for (int i = 0; i < REMEMBERED && page < end; i++, page += PAGE)
        forget_page(page);
}

/* Forgets the pages that free() has given back from the end of the heap. */
static void notice_smaller_heap(void)
{
    static uintptr_t end;
    uintptr_t before = __atomic_load_n(&end, __ATOMIC_RELAXED);
    uintptr_t now = (uintptr_t)sbrk(0); /* no system call in glibc */
    if (now == before)
        return;
    if (now < before)
        memory_forget(now, before - now);
    __atomic_store_n(&end, now, __ATOMIC_RELAXED);
}

static bool ask_readable(uintptr_t page)
{
    /* The system reads the set of signals before it refuses the unknown
     * operation: EFAULT tells that the page cannot be read. */
    enum { NO_OPERATION = -1, SET = 8 };
    syscall(SYS_rt_sigprocmask, NO_OPERATION, page, NULL, SET);
    return errno != EFAULT;
}

static bool ask_writable(uintptr_t page)
{
    /* Writes back what it reads. The system call obeys the protection of the
     * page and fails instead of a fault. */
    unsigned char byte;
    struct iovec local = {&byte, 1};
    struct iovec remote = {(void *)page, 1};
    return memory_read(&byte, page, 1) &&
           process_vm_writev(getpid(), &local, 1, &remote, 1, 0) == 1;
}

static bool page_is(page_cache known, bool (*ask)(uintptr_t page),
                    uintptr_t page)
{
    uintptr_t *slot = &known[page / PAGE % REMEMBERED];
    if (__atomic_load_n(slot, __ATOMIC_RELAXED) == page)
        return true;
    int saved_errno = errno;
    bool result = ask(page);
    errno = saved_errno;
    if (result && remembers)
        __atomic_store_n(slot, page, __ATOMIC_RELAXED);
    return result;
}

static bool pages_are(page_cache known, bool (*ask)(uintptr_t page),
                      uintptr_t from, size_t size)
{
    if (from < PAGE || from + size < from)
        return false;
    notice_smaller_heap();
    uintptr_t last = (from + size - 1) & ~(uintptr_t)(PAGE - 1);
    for (uintptr_t page = from & ~(uintptr_t)(PAGE - 1); page <= last;
         page += PAGE)
        if (!page_is(known, ask, page))
            return false;
    return true;
}

bool memory_is_readable(uintptr_t from, size_t size)
{
    return pages_are(readable, ask_readable, from, size);
}

bool memory_is_writable(uintptr_t from, size_t size)
{
    return pages_are(writable, ask_writable, from, size);
}

bool memory_is_text(uintptr_t text, size_t most)
{
    for (size_t length = 0; length < most;) {
        uintptr_t at = text + length;
        size_t size = PAGE - at % PAGE; /* never across a page's end */
        if (size > most - length)
            size = most - length;
        if (!memory_is_readable(at, size))
            return false;
        if (memchr((const void *)at, 0, size))
            return true;
        length += size;
    }
    return true;
}

/* Returns the upper end of this thread's stack. glibc and musl keep the thread
 * descriptor above the stack of every thread but the first. */
static uintptr_t stack_top(uintptr_t stack)
{
    extern void *__libc_stack_end __attribute__((weak));
    uintptr_t thread = (uintptr_t)__builtin_thread_pointer();
    uintptr_t first = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;
    if (first && stack < first && (thread < stack || thread > first))
        return first;
    return thread;
}

bool memory_is_dead_stack(uintptr_t address, uintptr_t stack)
{
    /* The first thread has as much room as no other mapping may take. Of other
     * threads, only the next bytes below are surely part of the stack. */
    enum { ROOM = 8 << 20, NEXT = 16 << 10 };
    if (address >= stack)
        return false;
    uintptr_t top = stack_top(stack);
    bool first = top != (uintptr_t)__builtin_thread_pointer();
    return first ? top - address < ROOM : stack - address < NEXT;
}

struct search {
    uintptr_t address;
    uintptr_t function; /* of the frame above `lower` */
    uintptr_t lower;
    struct stack_frame *found;
    bool is_found;
};

/* While the unwinder stands on a frame, its CFA is the lower end of that
 * frame, which is the upper end of the frame before. */
static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *data)
{
    struct search *search = data;
    uintptr_t lower = _Unwind_GetCFA(context);
    if (search->lower && search->address >= search->lower &&
        search->address < lower) {
        *search->found = (struct stack_frame){lower, search->function};
        search->is_found = true;
        return _URC_END_OF_STACK;
    }
    search->lower = lower;
    search->function = _Unwind_GetRegionStart(context);
    return _URC_NO_REASON;
}

bool memory_stack_frame(uintptr_t address, uintptr_t stack,
                        struct stack_frame *frame)
{
    if (address < stack || address >= stack_top(stack))
        return false;
    struct search search = {.address = address, .found = frame};
    _Unwind_Backtrace(look, &search);
    if (!search.is_found)
        *frame = (struct stack_frame){0, 0}; /* code without unwind tables */
    return true;
}
