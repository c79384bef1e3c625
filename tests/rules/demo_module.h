// The module "demo" and its table, for tests of producers and consumers.
#ifndef TESTS_RULES_DEMO_MODULE_H
#define TESTS_RULES_DEMO_MODULE_H

#include <Python.h>

#include <memory>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace rules {

const char DEMO_NAME[] = "demo._C_API";

struct DemoApi {
    int version;
    PyObject *(*add_one)(PyObject *);
};

inline PyObject *AddOne(PyObject *number)
{
    long value = PyLong_AsLong(number);
    return value == -1 && PyErr_Occurred() ? nullptr
                                           : PyLong_FromLong(value + 1);
}

const DemoApi demo_api = {1, AddOne};

// Returns the table without `const`, as PyCapsule_New takes it.
inline DemoApi *Table(const DemoApi &api)
{
    return const_cast<DemoApi *>(&api);
}

// A fixture during which the module can be imported.
class DemoTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        demo_ = std::make_unique<Importable>("demo");
    }

    void TearDown() override
    {
        demo_.reset();
        CapsuleTest::TearDown();
    }

    PyObject *demo() const { return demo_->get(); }

  private:
    std::unique_ptr<Importable> demo_;
};

} // namespace rules

#endif
