// Memory that ends where nothing may be read.
#ifndef TESTS_RULES_GUARDED_H
#define TESTS_RULES_GUARDED_H

#include <cstddef>

namespace rules {

// Bytes whose end is the end of a page, before one that cannot be read: one
// byte too many is a fault, with or without a sanitizer.
class Guarded {
  public:
    // A copy of `size` bytes, at most a page.
    Guarded(const void *bytes, size_t size);
    ~Guarded();
    Guarded(const Guarded &) = delete;
    Guarded &operator=(const Guarded &) = delete;

    void *get() const { return bytes_; }
    // The page that cannot be read; its first byte is the end of the bytes.
    void *page() const { return page_; }

  private:
    char *pages_;
    char *page_;
    char *bytes_;
};

} // namespace rules

#endif
