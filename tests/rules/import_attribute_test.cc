// Section 6 of docs/contract.md: the exceptions of the attribute lookups that
// PyCapsule_Import makes (IMP-7).

#include <memory>
#include <string>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::Importable;
using rules::Raised;

class ImportAttributeTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        importable_ = std::make_unique<Importable>("capm");
        rules::Publish(module(), "cap", &payload_, "capm.cap");
        rules::Put(module(), "notcap", PyLong_FromLong(7));
    }

    void TearDown() override
    {
        importable_.reset();
        CapsuleTest::TearDown();
    }

    PyObject *module() const { return importable_->get(); }

    int payload_ = 0;

  private:
    std::unique_ptr<Importable> importable_;
};

PyObject *hook_exception; // the exception that the hook raises; borrowed

PyObject *RaiseException(PyObject *, PyObject *name)
{
    if (rules::IsSpecialName(rules::TextOf(name))) {
        PyErr_SetObject(PyExc_AttributeError, name);
    } else {
        PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(hook_exception)),
                        hook_exception);
    }
    return nullptr;
}

PyMethodDef raising_hook = {"__getattr__", RaiseException, METH_O, nullptr};

TEST_F(ImportAttributeTest, IMP_7_TheExceptionOfAnAttributePassesThrough)
{
    NEEDS_MODULE_GETATTR();
    rules::AskForMissingAttributes(module(), &raising_hook);
    for (PyObject *type :
         {PyExc_AttributeError, PyExc_ImportError, PyExc_KeyError,
          PyExc_ZeroDivisionError, PyExc_MemoryError, PyExc_SystemExit,
          PyExc_KeyboardInterrupt}) {
        SCOPED_TRACE(reinterpret_cast<PyTypeObject *>(type)->tp_name);
        hook_exception = PyObject_CallObject(type, nullptr);
        for (const char *name : {"capm.nope", "capm.nope.cap"}) {
            EXPECT_EQ(PyCapsule_Import(name, 0), nullptr);
            PyObject *raised_type, *raised, *traceback;
            PyErr_Fetch(&raised_type, &raised, &traceback);
            EXPECT_EQ(raised, hook_exception);
            Py_XDECREF(raised_type);
            Py_XDECREF(raised);
            Py_XDECREF(traceback);
        }
        Py_DECREF(hook_exception);
    }
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_)
        << "the hook is asked for what the module has";
}

TEST_F(ImportAttributeTest, IMP_7_AModuleWithoutTheAttribute)
{
    std::string text = host_profile()->python_2_messages
                           ? "'module' object has no attribute "
                           : "module 'capm' has no attribute ";
    EXPECT_EQ(PyCapsule_Import("capm.nope", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError, text + "'nope'"));
    EXPECT_EQ(PyCapsule_Import("capm.nope.cap", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError, text + "'nope'"));
    EXPECT_EQ(PyCapsule_Import("capm.", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError, text + "''"));
}

TEST_F(ImportAttributeTest, IMP_7_ACapsuleHasNoAttributes)
{
    std::string text = "'PyCapsule' object has no attribute ";
    EXPECT_EQ(PyCapsule_Import("capm.cap.x", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError, text + "'x'"));
    EXPECT_EQ(PyCapsule_Import("capm.cap.", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError, text + "''"));
}

TEST_F(ImportAttributeTest, IMP_7_AnAttributeThatIsNotUtf8)
{
    PyObject *type = host_profile()->names_are_bytes ? PyExc_AttributeError
                                                     : PyExc_UnicodeDecodeError;
    for (const char *name : {"capm.\xff", "capm.\xff.x", "capm.notcap.\xc3("}) {
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr);
        EXPECT_TRUE(Raised(type));
    }
}

} // namespace
