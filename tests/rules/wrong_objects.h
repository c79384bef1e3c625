// Arguments that are no capsule, for the calls that must refuse them.
#ifndef TESTS_RULES_WRONG_OBJECTS_H
#define TESTS_RULES_WRONG_OBJECTS_H

#include <Python.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rules {

// An object of another type that has the size of a capsule, or more, and in
// it what a capsule could hold. Whoever takes it for a capsule reads plausible
// values, and whoever writes to it is seen.
class LookAlike {
  public:
    // The name that it holds, so that a test can ask for the right one.
    explicit LookAlike(const char *name = "demo.lookalike");
    ~LookAlike();

    // Borrowed; NULL when the object could not be made.
    PyObject *object() const { return object_; }

    // No byte of the object changed since the construction; it has its type and
    // one reference.
    ::testing::AssertionResult Unchanged() const;

  private:
    PyObject *type_;
    PyObject *object_;
    std::string bytes_;
};

// One of each kind; NULL comes first.
class WrongObjects {
  public:
    struct Entry {
        const char *what;
        PyObject *object; // borrowed
    };

    // The name that the look-alike among them holds.
    explicit WrongObjects(const char *name = "demo.lookalike");
    ~WrongObjects();

    const std::vector<Entry> &entries() const { return entries_; }
    std::vector<Entry>::const_iterator begin() const
    {
        return entries_.begin();
    }
    std::vector<Entry>::const_iterator end() const { return entries_.end(); }
    const LookAlike &look_alike() const { return look_alike_; }

  private:
    LookAlike look_alike_;
    PyObject *number_;
    PyObject *string_;
    PyObject *list_;
    std::vector<Entry> entries_;
};

} // namespace rules

#endif
