// Names to pass to the API, and the fields that it returns.
#ifndef TESTS_RULES_FIELDS_H
#define TESTS_RULES_FIELDS_H

#include <Python.h>

#include <ostream>
#include <string>

namespace rules {

// A name in a heap block of exactly its size, so that a sanitizer reports a
// read past its end or after its life.
class HeapName {
  public:
    explicit HeapName(const std::string &text);
    ~HeapName();
    HeapName(const HeapName &) = delete;
    HeapName &operator=(const HeapName &) = delete;

    char *get() { return buffer_; }
    operator const char *() const { return buffer_; }

  private:
    char *buffer_;
};

// The four fields of a capsule, as its getters return them.
struct Fields {
    void *pointer;
    const char *name;
    void *context;
    PyCapsule_Destructor destructor;
};

Fields FieldsOf(PyObject *capsule);

bool operator==(const Fields &a, const Fields &b);
std::ostream &operator<<(std::ostream &out, const Fields &fields);

} // namespace rules

#endif
