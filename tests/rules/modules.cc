#include "tests/rules/modules.h"

#include <gtest/gtest.h>

namespace rules {

Importable::Importable(const char *name) : Importable(name, PyModule_New(name))
{
}

Importable::Importable(const char *name, PyObject *object)
    : name_(name), object_(object)
{
    EXPECT_NE(object, nullptr);
    EXPECT_EQ(PyDict_SetItemString(PyImport_GetModuleDict(), name, object), 0);
}

Importable::~Importable()
{
    Forget(name_.c_str());
    Py_XDECREF(object_);
}

void Forget(const char *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    if (PyDict_GetItemString(modules, name)) {
        EXPECT_EQ(PyDict_DelItemString(modules, name), 0);
    }
}

PyObject *NewNamespace() { return PyModule_New("namespace"); }

void Put(PyObject *object, const char *attribute, PyObject *value)
{
    EXPECT_NE(value, nullptr);
    EXPECT_EQ(PyObject_SetAttrString(object, attribute, value), 0);
    Py_XDECREF(value);
}

PyObject *Publish(PyObject *object, const char *attribute, void *pointer,
                  const char *name)
{
    PyObject *capsule = PyCapsule_New(pointer, name, nullptr);
    Put(object, attribute, capsule);
    return capsule;
}

void AskForMissingAttributes(PyObject *module, PyMethodDef *hook)
{
    Put(module, "__getattr__", PyCFunction_New(hook, nullptr));
}

std::string TextOf(PyObject *string)
{
    const char *utf8 = string ? PyUnicode_AsUTF8(string) : nullptr;
    if (!utf8) {
        PyErr_Clear();
    }
    return utf8 ? utf8 : "?";
}

bool IsSpecialName(const std::string &name)
{
    return name.size() > 4 && name.compare(0, 2, "__") == 0 &&
           name.compare(name.size() - 2, 2, "__") == 0;
}

} // namespace rules
