/* Reads the symbol tables of the objects that the dynamic linker has mapped. */
#ifndef CHECK_ELF_H
#define CHECK_ELF_H

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One mapped object. All pointers lead into its memory. */
struct elf_object {
    uintptr_t base; /* what is added to the addresses in its tables */
    const char *path;
    const ElfW(Phdr) * headers;
    size_t header_count;
    ElfW(Sym) * symbols;
    const char *strings;
    const uint32_t *gnu_hash;  /* NULL if the object has none */
    const uint32_t *sysv_hash; /* NULL if the object has none */
};

/* Describes the object. Returns false if it has no symbol table. */
bool elf_describe(const struct dl_phdr_info *info, struct elf_object *object);

/* Returns the entry of a symbol that the object defines, else NULL. */
ElfW(Sym) * elf_find(const struct elf_object *object, const char *name);

/* Returns the address of a symbol that the object defines, else NULL. */
void *elf_address(const struct elf_object *object, const char *name);

/* True if the address lies in one of the object's segments. */
bool elf_contains(const struct elf_object *object, uintptr_t address);

/* Returns the first address behind the object's segments. */
uintptr_t elf_end(const struct elf_object *object);

/* Lets every later lookup of the symbol find `replacement`. Returns false if
 * the table cannot be made writable; the table is unchanged then. */
bool elf_redirect(const struct elf_object *object, ElfW(Sym) * symbol,
                  const void *replacement);

/* Finds the first object, in the order of the dynamic linker, that defines
 * `name`; the object of this file is left out. If `after_this_one` is true,
 * the search begins behind the object of this file, as RTLD_NEXT does. */
bool elf_definer(const char *name, bool after_this_one,
                 struct elf_object *object);

/* Returns the address of the function that would be called if the object of
 * this file did not define `name`; NULL if there is none. */
void *elf_next_function(const char *name);

/* True if the object comes behind the object of this file in the order of the
 * dynamic linker. */
bool elf_is_behind_this(const struct elf_object *object);

/* True if AddressSanitizer is part of the process. */
bool elf_is_sanitized(void);

#endif
