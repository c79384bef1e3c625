#include "tests/rules/guarded.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace rules {

namespace {

size_t PageSize() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

[[noreturn]] void Fail(const char *what)
{
    std::perror(what);
    std::abort();
}

} // namespace

Guarded::Guarded(const void *bytes, size_t size)
{
    size_t page = PageSize();
    if (size > page) {
        Fail("Guarded: more than a page");
    }
    void *pages = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        Fail("mmap");
    }
    pages_ = static_cast<char *>(pages);
    page_ = pages_ + page;
    if (mprotect(page_, page, PROT_NONE) != 0) {
        Fail("mprotect");
    }
    bytes_ = page_ - size;
    std::memcpy(bytes_, bytes, size);
}

Guarded::~Guarded() { munmap(pages_, 2 * PageSize()); }

} // namespace rules
