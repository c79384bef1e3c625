/* Reads the symbol tables of the objects that the dynamic linker has mapped.
 *
 * dlsym() is not used: it may allocate, and the program's heap is under
 * observation.
 */
#include "check/elf.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* glibc turns the addresses of the dynamic section into absolute ones; musl
 * and the vdso leave them relative to the base. */
static uintptr_t absolute(uintptr_t base, uintptr_t value)
{
    return value < base ? base + value : value;
}

bool elf_describe(const struct dl_phdr_info *info, struct elf_object *object)
{
    *object = (struct elf_object){.base = info->dlpi_addr,
                                  .path = info->dlpi_name,
                                  .headers = info->dlpi_phdr,
                                  .header_count = info->dlpi_phnum};
    const ElfW(Dyn) *dynamic = NULL;
    for (size_t i = 0; i < object->header_count; i++)
        if (object->headers[i].p_type == PT_DYNAMIC)
            dynamic =
                (const ElfW(Dyn) *)(object->base + object->headers[i].p_vaddr);
    if (!dynamic)
        return false;
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        uintptr_t value = absolute(object->base, dynamic->d_un.d_ptr);
        if (dynamic->d_tag == DT_SYMTAB)
            object->symbols = (ElfW(Sym) *)value;
        else if (dynamic->d_tag == DT_STRTAB)
            object->strings = (const char *)value;
        else if (dynamic->d_tag == DT_GNU_HASH)
            object->gnu_hash = (const uint32_t *)value;
        else if (dynamic->d_tag == DT_HASH)
            object->sysv_hash = (const uint32_t *)value;
    }
    return object->symbols && object->strings &&
           (object->gnu_hash || object->sysv_hash);
}

static bool defines(const struct elf_object *object, uint32_t index,
                    const char *name)
{
    const ElfW(Sym) *symbol = &object->symbols[index];
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value &&
           !strcmp(object->strings + symbol->st_name, name);
}

static ElfW(Sym) *
    find_by_gnu_hash(const struct elf_object *object, const char *name)
{
    uint32_t hash = 5381;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        hash = hash * 33 + *c;
    uint32_t bucket_count = object->gnu_hash[0];
    uint32_t first = object->gnu_hash[1];
    uint32_t bloom_words = object->gnu_hash[2];
    const uint32_t *buckets =
        object->gnu_hash + 4 + bloom_words * (sizeof(ElfW(Addr)) / 4);
    const uint32_t *chains = buckets + bucket_count;
    if (!bucket_count)
        return NULL;
    uint32_t index = buckets[hash % bucket_count];
    if (index < first)
        return NULL;
    for (;; index++) {
        uint32_t entry = chains[index - first];
        if ((entry | 1) == (hash | 1) && defines(object, index, name))
            return &object->symbols[index];
        if (entry & 1)
            return NULL;
    }
}

static ElfW(Sym) *
    find_by_sysv_hash(const struct elf_object *object, const char *name)
{
    uint32_t hash = 0;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        hash = (hash << 4) + *c;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    uint32_t bucket_count = object->sysv_hash[0];
    const uint32_t *buckets = object->sysv_hash + 2;
    const uint32_t *chains = buckets + bucket_count;
    if (!bucket_count)
        return NULL;
    for (uint32_t i = buckets[hash % bucket_count]; i; i = chains[i])
        if (defines(object, i, name))
            return &object->symbols[i];
    return NULL;
}

ElfW(Sym) * elf_find(const struct elf_object *object, const char *name)
{
    return object->gnu_hash ? find_by_gnu_hash(object, name)
                            : find_by_sysv_hash(object, name);
}

void *elf_address(const struct elf_object *object, const char *name)
{
    const ElfW(Sym) *symbol = elf_find(object, name);
    return symbol ? (void *)(object->base + symbol->st_value) : NULL;
}

bool elf_contains(const struct elf_object *object, uintptr_t address)
{
    for (size_t i = 0; i < object->header_count; i++) {
        const ElfW(Phdr) *header = &object->headers[i];
        if (header->p_type == PT_LOAD &&
            address - (object->base + header->p_vaddr) < header->p_memsz)
            return true;
    }
    return false;
}

uintptr_t elf_end(const struct elf_object *object)
{
    uintptr_t end = 0;
    for (size_t i = 0; i < object->header_count; i++) {
        const ElfW(Phdr) *header = &object->headers[i];
        uintptr_t to = object->base + header->p_vaddr + header->p_memsz;
        if (header->p_type == PT_LOAD && to > end)
            end = to;
    }
    return end;
}

static int protection(const struct elf_object *object, uintptr_t address)
{
    for (size_t i = 0; i < object->header_count; i++) {
        const ElfW(Phdr) *header = &object->headers[i];
        if (header->p_type == PT_LOAD &&
            address - (object->base + header->p_vaddr) < header->p_memsz)
            return (header->p_flags & PF_R ? PROT_READ : 0) |
                   (header->p_flags & PF_W ? PROT_WRITE : 0) |
                   (header->p_flags & PF_X ? PROT_EXEC : 0);
    }
    return PROT_READ;
}

bool elf_redirect(const struct elf_object *object, ElfW(Sym) * symbol,
                  const void *replacement)
{
    uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)symbol & ~(page_size - 1);
    uintptr_t size = (uintptr_t)(symbol + 1) - from;
    int before = protection(object, (uintptr_t)symbol);
    if (mprotect((void *)from, size, PROT_READ | PROT_WRITE | before))
        return false;
    /* The linker adds the base again; the difference wraps around where the
     * replacement lies below the base. */
    symbol->st_value = (uintptr_t)replacement - object->base;
    mprotect((void *)from, size, before);
    return true;
}

struct search {
    const char *name;
    bool after_this_one;
    bool passed_this_one;
    struct elf_object *found;
};

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct search *search = data;
    struct elf_object object;
    if (!elf_describe(info, &object))
        return 0;
    if (elf_contains(&object, (uintptr_t)look)) {
        search->passed_this_one = true;
        return 0;
    }
    if (search->after_this_one && !search->passed_this_one)
        return 0;
    if (!elf_find(&object, search->name))
        return 0;
    *search->found = object;
    return 1;
}

bool elf_definer(const char *name, bool after_this_one,
                 struct elf_object *object)
{
    struct search search = {name, after_this_one, false, object};
    return dl_iterate_phdr(look, &search) == 1;
}

void *elf_next_function(const char *name)
{
    struct elf_object object;
    return elf_definer(name, true, &object) ? elf_address(&object, name) : NULL;
}

static int compare_order(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    uintptr_t base = *(uintptr_t *)data;
    struct elf_object object;
    if (!elf_describe(info, &object))
        return 0;
    if (elf_contains(&object, (uintptr_t)compare_order))
        return 1;
    return object.base == base ? 2 : 0;
}

bool elf_is_behind_this(const struct elf_object *object)
{
    uintptr_t base = object->base;
    return dl_iterate_phdr(compare_order, &base) == 1;
}

bool elf_is_sanitized(void)
{
    struct elf_object object;
    return elf_definer("__asan_init", false, &object);
}
