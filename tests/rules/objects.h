// Objects and buffers that the rule tests hand to the API.
#ifndef TESTS_RULES_OBJECTS_H
#define TESTS_RULES_OBJECTS_H

#include <Python.h>

#include <ostream>
#include <string>
#include <vector>

namespace rules {

// A name in a heap block of exactly its size, so that a sanitizer sees whoever
// reads past its end or after its life.
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

// The four fields of a capsule, as its getters tell them.
struct Fields {
    void *pointer;
    const char *name;
    void *context;
    PyCapsule_Destructor destructor;
};

Fields FieldsOf(PyObject *capsule);

bool operator==(const Fields &a, const Fields &b);
std::ostream &operator<<(std::ostream &out, const Fields &fields);

// An object of another type, with four fields laid out like those of a capsule
// and full of good values: whoever forgets to look at the type takes it for
// one.
class LookAlike {
  public:
    explicit LookAlike(const char *name);
    ~LookAlike();
    LookAlike(const LookAlike &) = delete;
    LookAlike &operator=(const LookAlike &) = delete;

    PyObject *get() { return object_; }

    // All fields have the values of the constructor.
    bool Untouched() const;

  private:
    PyObject *type_;
    PyObject *object_;
    const char *name_;
};

// Everything that is not a capsule: NULL (first), None, an int, a string, a
// list, the capsule type itself, and a look-alike of a capsule named `name`.
class NotCapsules {
  public:
    struct Entry {
        const char *what;
        PyObject *object;
    };

    explicit NotCapsules(const char *name);
    ~NotCapsules();
    NotCapsules(const NotCapsules &) = delete;
    NotCapsules &operator=(const NotCapsules &) = delete;

    std::vector<Entry>::const_iterator begin() const;
    std::vector<Entry>::const_iterator end() const;

  private:
    LookAlike look_alike_;
    std::vector<Entry> entries_;
};

// Gives up a reference and lets the implementation run the destructors that it
// then owes, for those that do not run them at once.
void Drop(PyObject *object);

} // namespace rules

#endif
