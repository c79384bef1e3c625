// Arguments that are not capsules, for calls that must refuse them.
#ifndef TESTS_RULES_WRONG_OBJECTS_H
#define TESTS_RULES_WRONG_OBJECTS_H

#include <Python.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rules {

// An object of another type, at least as large as a capsule and filled with
// values that a capsule could hold. Code that takes it for a capsule reads
// plausible values; Unchanged() notices if code writes to it.
class LookAlike {
  public:
    // `name` is stored where a capsule may keep its name, so that a test can
    // ask for the right name.
    explicit LookAlike(const char *name = "demo.lookalike");
    ~LookAlike();

    // Borrowed; NULL if the object could not be made.
    PyObject *object() const { return object_; }

    // Succeeds if no byte, the type and the reference count of the object have
    // changed since the constructor.
    ::testing::AssertionResult Unchanged() const;

  private:
    PyObject *type_;
    PyObject *object_;
    std::string bytes_;
};

// One object of each kind. The first entry is NULL.
class WrongObjects {
  public:
    struct Entry {
        const char *what;
        PyObject *object; // borrowed
    };

    // The name for the LookAlike.
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
