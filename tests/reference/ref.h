// A reference to an object, for one scope.
#ifndef TESTS_REFERENCE_REF_H
#define TESTS_REFERENCE_REF_H

#include <Python.h>

namespace reference {

// Owns a reference and drops it at the end of the scope. May be NULL.
class Ref {
  public:
    explicit Ref(PyObject *object) : object_(object) {}
    ~Ref() { Py_XDECREF(object_); }
    Ref(const Ref &) = delete;
    Ref &operator=(const Ref &) = delete;
    operator PyObject *() const { return object_; }

    // Returns the reference; the caller owns it from now on.
    PyObject *release()
    {
        PyObject *object = object_;
        object_ = nullptr;
        return object;
    }

  private:
    PyObject *object_;
};

} // namespace reference

#endif
