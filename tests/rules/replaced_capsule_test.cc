// W27-1: a consumer notices that another object was put in the place of the
// right capsule. What PyCObject has to do with it: whatsnew27_test.cc.
#include <Python.h>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::Importable;
using rules::NothingRaised;
using rules::Publish;
using rules::Put;

const char NAME[] = "demo._C_API";

int payload, other;

class ReplacedCapsuleTest : public rules::CapsuleTest {};

// The consumer from What's New in Python 2.7. Returns the pointer; NULL if
// another object took the place of the right capsule.
void *Consume(PyObject *module)
{
    PyObject *found = PyObject_GetAttrString(module, "_C_API");
    void *pointer = PyCapsule_IsValid(found, NAME)
                        ? PyCapsule_GetPointer(found, NAME)
                        : nullptr;
    Py_XDECREF(found);
    return pointer;
}

TEST_F(ReplacedCapsuleTest, W27_1_ACapsuleOfAnotherNameIsNoticed)
{
    Importable module("demo");
    Publish(module.get(), "_C_API", &payload, NAME);
    EXPECT_EQ(Consume(module.get()), &payload);
    Publish(module.get(), "_C_API", &other, "evil._C_API");
    EXPECT_EQ(Consume(module.get()), nullptr);
    Publish(module.get(), "_C_API", &other, nullptr);
    EXPECT_EQ(Consume(module.get()), nullptr);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ReplacedCapsuleTest, W27_1_AnObjectThatIsNoCapsuleIsNoticed)
{
    Importable module("demo");
    Py_INCREF(Py_None);
    Put(module.get(), "_C_API", Py_None);
    EXPECT_EQ(Consume(module.get()), nullptr);
    EXPECT_TRUE(NothingRaised());
}

} // namespace
