// Section 12 of docs/contract.md, COBJ-7: PyCObject_Import.

#include <string>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::Importable;
using rules::NothingRaised;
using rules::Publish;
using rules::Put;
using rules::Raised;

// Calls PyCObject_Import, whose arguments are `char *` without const.
void *Import(std::string module, std::string name)
{
    return PyCObject_Import(&module[0], &name[0]);
}

class CobjectImportTest : public rules::Python2Test {
  protected:
    int payload_ = 0;
};

TEST_F(CobjectImportTest, COBJ_7_FindsAPyCObject)
{
    Importable module("demo");
    Put(module.get(), "_C_API", PyCObject_FromVoidPtr(&payload_, nullptr));
    Put(module.get(), "null", PyCObject_FromVoidPtr(nullptr, nullptr));
    EXPECT_EQ(Import("demo", "_C_API"), &payload_);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(Import("demo", "null"), nullptr);
    EXPECT_TRUE(NothingRaised()) << "NULL is what it holds";
}

TEST_F(CobjectImportTest, COBJ_7_FindsACapsuleOfAnyName)
{
    Importable module("demo");
    const char *names[] = {"demo._C_API", "other._C_API", "", nullptr};
    for (const char *name : names) {
        Publish(module.get(), "_C_API", &payload_, name);
        EXPECT_EQ(Import("demo", "_C_API"), &payload_)
            << (name ? name : "NULL");
        EXPECT_TRUE(NothingRaised());
    }
}

TEST_F(CobjectImportTest, COBJ_7_AddsNoReference)
{
    Importable module("demo");
    Py_ssize_t references = Py_REFCNT(module.get());
    PyObject *cobject = PyCObject_FromVoidPtr(&payload_, nullptr);
    Put(module.get(), "_C_API", cobject);
    ASSERT_EQ(Import("demo", "_C_API"), &payload_);
    EXPECT_EQ(Import("demo", "nope"), nullptr);
    PyErr_Clear();
    EXPECT_EQ(Py_REFCNT(cobject), 1);
    EXPECT_EQ(Py_REFCNT(module.get()), references);
}

// PyCapsule_Import would replace the exception by ImportError (IMP-6).
TEST_F(CobjectImportTest, COBJ_7_TheExceptionOfTheImportPassesThrough)
{
    EXPECT_EQ(Import("nosuchmod", "x"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ImportError, "No module named nosuchmod"));
    EXPECT_EQ(Import("", "x"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "Empty module name"));
}

TEST_F(CobjectImportTest, COBJ_7_TheExceptionOfTheAttributePassesThrough)
{
    Importable module("demo");
    Put(module.get(), "_C_API", PyCObject_FromVoidPtr(&payload_, nullptr));
    for (const char *name : {"nope", "", "_C_API.x"}) {
        EXPECT_EQ(Import("demo", name), nullptr);
        EXPECT_TRUE(
            Raised(PyExc_AttributeError, "'module' object has no attribute '" +
                                             std::string(name) + "'"));
    }
}

// PyCapsule_Import would raise AttributeError "is not valid" (IMP-2).
TEST_F(CobjectImportTest, COBJ_7_OtherObjectsAreRefused)
{
    Importable module("demo");
    Put(module.get(), "number", PyLong_FromLong(1));
    EXPECT_EQ(Import("demo", "number"), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "PyCObject_AsVoidPtr with non-C-object"));
}

TEST_F(CobjectImportTest, COBJ_7_NoExceptionMayBePending)
{
    if (!host_catches_misuse()) {
        GTEST_SKIP() << "the host does not catch misuse";
    }
    Importable module("demo");
    Put(module.get(), "_C_API", PyCObject_FromVoidPtr(&payload_, nullptr));
    PyErr_SetNone(PyExc_KeyError);
    EXPECT_DEATH(Import("demo", "_C_API"),
                 "PyCObject_Import with an exception pending");
    PyErr_Clear();
}

} // namespace
