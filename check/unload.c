/* Objects that dlclose() takes away while capsules lead into them. */
#include "check/unload.h"

#include <stdbool.h>
#include <stddef.h>

#include "check/elf.h"
#include "check/fields.h"
#include "check/memory.h"
#include "check/pages.h"
#include "check/record.h"

enum { MOST = 2048 };

struct range {
    uintptr_t from, to;
};

struct ranges {
    struct range list[MOST];
    int count;
};

static struct ranges before;
static struct ranges after;
static bool started;

/* The memory of one object: from its first to its last segment. */
static int add_range(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct ranges *ranges = data;
    struct range range = {UINTPTR_MAX, 0};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t from = info->dlpi_addr + header->p_vaddr;
        if (header->p_type != PT_LOAD)
            continue;
        if (from < range.from)
            range.from = from;
        if (from + header->p_memsz > range.to)
            range.to = from + header->p_memsz;
    }
    if (ranges->count < MOST)
        ranges->list[ranges->count++] = range;
    return 0;
}

static bool contains(const struct ranges *ranges, uintptr_t address)
{
    for (int i = 0; i < ranges->count; i++)
        if (address >= ranges->list[i].from && address < ranges->list[i].to)
            return true;
    return false;
}

static bool is_gone(uintptr_t address)
{
    return address && contains(&before, address) && !contains(&after, address);
}

static void look(struct record *record)
{
    if (record->flags & RECORD_DEAD)
        return;
    if (is_gone(record->name))
        record->flags |= RECORD_NAME_UNLOADED;
    if (is_gone(record->destructor))
        record->flags |= RECORD_UNLOADED;
}

void unload_start(void) { started = true; }

__attribute__((visibility("default"))) int dlclose(void *handle)
{
    static int (*real)(void *);
    if (!real)
        *(void **)&real = elf_next_function("dlclose");
    if (!real)
        return -1;
    if (!started)
        return real(handle);
    struct ranges *earlier = pages_map(sizeof before);
    if (earlier)
        dl_iterate_phdr(add_range, earlier);
    int result = real(handle);
    memory_forget(0, SIZE_MAX);
    literals_forget();
    if (!earlier)
        return result;
    lock_take();
    before = *earlier;
    after.count = 0;
    dl_iterate_phdr(add_range, &after);
    if (after.count < before.count)
        records_each(look);
    lock_give();
    pages_unmap(earlier, sizeof before);
    return result;
}
