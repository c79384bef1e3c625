// Modules to import capsules from, made with the C API alone.
#ifndef TESTS_RULES_MODULES_H
#define TESTS_RULES_MODULES_H

#include <Python.h>

#include <string>

namespace rules {

// Something that can be imported by its name as long as this lives: an entry
// of sys.modules.
class Importable {
  public:
    // An empty module.
    explicit Importable(const char *name);
    // Any object, whose reference it takes.
    Importable(const char *name, PyObject *object);
    ~Importable();
    Importable(const Importable &) = delete;
    Importable &operator=(const Importable &) = delete;

    PyObject *get() const { return object_; } // borrowed

  private:
    std::string name_;
    PyObject *object_;
};

// Takes what an import put into sys.modules out again, if it did.
void Forget(const char *name);

// An object with attributes and nothing else: a module that cannot be imported.
// New reference.
PyObject *NewNamespace();

// object.attribute = value; takes the reference to `value`.
void Put(PyObject *object, const char *attribute, PyObject *value);

// object.attribute = a capsule of that pointer and name, which is borrowed.
PyObject *Publish(PyObject *object, const char *attribute, void *pointer,
                  const char *name);

// From now on the function of `hook` is asked, with the attribute's name, for
// attributes that the module does not have. `hook` has to live on.
// NEEDS_MODULE_GETATTR() leaves a test where modules cannot have one.
#define NEEDS_MODULE_GETATTR()                                                 \
    do {                                                                       \
        if (host_profile()->modules_ignore_getattr) {                          \
            GTEST_SKIP() << "modules have no __getattr__ in "                  \
                         << host_profile()->name;                              \
        }                                                                      \
    } while (0)
void AskForMissingAttributes(PyObject *module, PyMethodDef *hook);

// The str as text; "?" for what is none.
std::string TextOf(PyObject *string);

// The importer of CPython asks modules for attributes of its own.
bool IsSpecialName(const std::string &name);

} // namespace rules

#endif
