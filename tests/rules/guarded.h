// Memory that ends at the start of an unreadable page.
#ifndef TESTS_RULES_GUARDED_H
#define TESTS_RULES_GUARDED_H

#include <cstddef>

namespace rules {

// Bytes that end where a page ends; the next page cannot be read. Reading one
// byte too many faults, with or without a sanitizer.
class Guarded {
  public:
    // Copies `size` bytes, at most a page.
    Guarded(const void *bytes, size_t size);
    ~Guarded();
    Guarded(const Guarded &) = delete;
    Guarded &operator=(const Guarded &) = delete;

    void *get() const { return bytes_; }
    // The unreadable page. The bytes end where this page starts.
    void *page() const { return page_; }

  private:
    char *pages_;
    char *page_;
    char *bytes_;
};

} // namespace rules

#endif
