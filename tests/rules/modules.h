// Modules to import capsules from, made with C API calls only.
#ifndef TESTS_RULES_MODULES_H
#define TESTS_RULES_MODULES_H

#include <Python.h>

#include <string>

namespace rules {

// An entry of sys.modules, so that a name can be imported while this object
// lives.
class Importable {
  public:
    // An empty module.
    explicit Importable(const char *name);
    // Any object. Steals the reference.
    Importable(const char *name, PyObject *object);
    ~Importable();
    Importable(const Importable &) = delete;
    Importable &operator=(const Importable &) = delete;

    PyObject *get() const { return object_; } // borrowed

  private:
    std::string name_;
    PyObject *object_;
};

// Removes a module from sys.modules, if an import put it there.
void Forget(const char *name);

// Returns an object that has attributes but is not importable: new reference.
PyObject *NewNamespace();

// Sets object.attribute = value. Steals the reference to `value`.
void Put(PyObject *object, const char *attribute, PyObject *value);

// Sets object.attribute to a new capsule with this pointer and name. Returns
// the capsule, borrowed.
PyObject *Publish(PyObject *object, const char *attribute, void *pointer,
                  const char *name);

// AskForMissingAttributes() makes `hook` the module's __getattr__: it is called
// with the name of each attribute that the module lacks. `hook` must outlive
// the module. NEEDS_MODULE_GETATTR() skips a test if modules cannot have a
// __getattr__.
#define NEEDS_MODULE_GETATTR()                                                 \
    do {                                                                       \
        if (host_profile()->modules_ignore_getattr) {                          \
            GTEST_SKIP() << "modules have no __getattr__ in "                  \
                         << host_profile()->name;                              \
        }                                                                      \
    } while (0)
void AskForMissingAttributes(PyObject *module, PyMethodDef *hook);

// Returns the text of a str; "?" if the object is not a str.
std::string TextOf(PyObject *string);

// True for attributes that CPython's importer itself asks modules for.
bool IsSpecialName(const std::string &name);

} // namespace rules

#endif
