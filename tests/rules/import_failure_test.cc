// Section 6 of docs/contract.md: PyCapsule_Import, and which exception it
// raises.

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "tests/rules/misuse.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::BeforeStart;
using rules::Forget;
using rules::Importable;
using rules::NothingRaised;
using rules::PendingException;
using rules::Publish;
using rules::Put;
using rules::Raised;

std::string CouldNotImport(const std::string &module)
{
    return "PyCapsule_Import could not import module \"" + module + "\"";
}

// --- modules whose initialisation fails --------------------------------------

int attempts;

template <PyObject **TYPE> PyObject *InitRaising()
{
    attempts++;
    PyErr_SetString(*TYPE, "out of order");
    return nullptr;
}

PyObject *InitSilent() { return nullptr; }

// Fails in the second phase of initialisation, while the module is in
// sys.modules.
int ExecuteRaising(PyObject *)
{
    attempts++;
    PyErr_SetString(PyExc_OverflowError, "out of order");
    return -1;
}

PyObject *InitFailingInExecution()
{
    static PyModuleDef_Slot slots[] = {
        {Py_mod_exec, reinterpret_cast<void *>(ExecuteRaising)}, {0, nullptr}};
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "capexecute",
                              nullptr,
                              0,
                              nullptr,
                              slots,
                              nullptr,
                              nullptr,
                              nullptr};
    return PyModuleDef_Init(&def);
}

PyModuleDef flaky_def = {PyModuleDef_HEAD_INIT,
                         "capflaky",
                         nullptr,
                         0,
                         nullptr,
                         nullptr,
                         nullptr,
                         nullptr,
                         nullptr};
bool flaky_works;

PyObject *InitFlaky()
{
    if (!flaky_works) {
        PyErr_SetString(PyExc_RuntimeError, "not yet");
        return nullptr;
    }
    PyObject *module = PyModule_Create(&flaky_def);
    Publish(module, "cap", &attempts, "capflaky.cap");
    return module;
}

const struct {
    const char *module;
    PyObject *(*init)();
    PyObject **type;
} FAILING[] = {
    {"capzero", InitRaising<&PyExc_ZeroDivisionError>,
     &PyExc_ZeroDivisionError},
    {"capexit", InitRaising<&PyExc_SystemExit>, &PyExc_SystemExit},
    {"capinterrupt", InitRaising<&PyExc_KeyboardInterrupt>,
     &PyExc_KeyboardInterrupt},
    {"capmemory", InitRaising<&PyExc_MemoryError>, &PyExc_MemoryError},
    {"capattribute", InitRaising<&PyExc_AttributeError>, &PyExc_AttributeError},
    {"capimport", InitRaising<&PyExc_ImportError>, &PyExc_ImportError},
    {"capsilent", InitSilent, &PyExc_SystemError},
    {"capexecute", InitFailingInExecution, &PyExc_OverflowError},
};

const BeforeStart announce([] {
    for (const auto &failing : FAILING) {
        PyImport_AppendInittab(failing.module, failing.init);
    }
    PyImport_AppendInittab("capflaky", InitFlaky);
});

class ImportFailureTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        importable_ = std::make_unique<Importable>("capm");
        Publish(module(), "cap", &payload_, "capm.cap");
        Publish(module(), "mism", &payload_, "capm.other");
        Publish(module(), "nul", &payload_, nullptr);
        Put(module(), "notcap", PyLong_FromLong(7));
    }

    void TearDown() override
    {
        importable_.reset();
        CapsuleTest::TearDown();
    }

    PyObject *module() const { return importable_->get(); }

    static void ExpectCouldNotImport(const char *name,
                                     const std::string &module)
    {
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr);
        EXPECT_TRUE(Raised(PyExc_ImportError, CouldNotImport(module)));
    }

    int payload_ = 0;

  private:
    std::unique_ptr<Importable> importable_;
};

const char NOT_UTF8[] = "capm.\xff";
const char *const FAILING_NAMES[] = {
    "",           ".",           "..",           ".capm.cap", "nosuchmod",
    "nosuchmod.", "nosuchmod.x", "capzero.x",    "capexit.x", "capsilent.x",
    "\xff.x",     "capm",        "capm.",        "capm..cap", "capm.nope",
    "capm.mism",  "capm.nul",    "capm.notcap",  "capm.cap.", "capm.cap.x",
    NOT_UTF8,     "capm.nope.x", "capm.notcap.x"};

// --- IMP-5, IMP-6 ------------------------------------------------------------

TEST_F(ImportFailureTest, IMP_5_FailureIsNullAndAnException)
{
    for (const char *name : FAILING_NAMES) {
        for (int no_block : {0, 1}) {
            EXPECT_EQ(PyCapsule_Import(name, no_block), nullptr) << name;
            EXPECT_NE(PyErr_Occurred(), nullptr) << name;
            PyErr_Clear();
        }
    }
}

TEST_F(ImportFailureTest, IMP_5_SuccessIsThePointerAndNoException)
{
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ImportFailureTest, IMP_6_AModuleThatDoesNotExist)
{
    ExpectCouldNotImport("nosuchmod.x", "nosuchmod");
    ExpectCouldNotImport("nosuchmod.", "nosuchmod");
    ExpectCouldNotImport("nosuchmod.a.b", "nosuchmod");
}

TEST_F(ImportFailureTest, IMP_11_AModuleThatDoesNotExistIsImportedForItself)
{
    ExpectCouldNotImport("nosuchmod", "nosuchmod");
}

TEST_F(ImportFailureTest, IMP_6_EveryExceptionOfTheImportIsReplaced)
{
    for (const auto &failing : FAILING) {
        SCOPED_TRACE(failing.module);
        ExpectCouldNotImport((std::string(failing.module) + ".x").c_str(),
                             failing.module);
        EXPECT_EQ(
            PyDict_GetItemString(PyImport_GetModuleDict(), failing.module),
            nullptr)
            << "a module that failed is in sys.modules";
    }
}

TEST_F(ImportFailureTest, IMP_6_AFailedImportIsTriedAgain)
{
    attempts = 0;
    ExpectCouldNotImport("capzero.x", "capzero");
    ExpectCouldNotImport("capzero.x", "capzero");
    EXPECT_EQ(attempts, 2);

    flaky_works = false;
    ExpectCouldNotImport("capflaky.cap", "capflaky");
    flaky_works = true;
    EXPECT_EQ(PyCapsule_Import("capflaky.cap", 0), &attempts);
    EXPECT_TRUE(NothingRaised());
    Forget("capflaky");
}

TEST_F(ImportFailureTest, IMP_6_NoneInSysModulesCannotBeImported)
{
    Py_INCREF(Py_None);
    Importable none("capnone", Py_None);
    ExpectCouldNotImport("capnone.x", "capnone");
}

TEST_F(ImportFailureTest, IMP_6_ANameThatIsNotUtf8)
{
    const char *shown = host_profile()->names_are_bytes
                            ? "\xff\xfe"
                            : "\xef\xbf\xbd\xef\xbf\xbd";
    EXPECT_EQ(PyCapsule_Import("\xff\xfe.x", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_ImportError, CouldNotImport(shown)));
}

// The new exception does not refer to the exception that it replaces.
TEST_F(ImportFailureTest, IMP_6_TheExceptionIsNotChained)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    if (host_profile()->python_2_messages) {
        GTEST_SKIP() << "exceptions have no such attributes in Python 2";
    }
    for (const char *name : {"nosuchmod.x", "capzero.x"}) {
        SCOPED_TRACE(name);
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr);
        PyObject *type, *exception, *traceback;
        PyErr_Fetch(&type, &exception, &traceback);
        PyErr_NormalizeException(&type, &exception, &traceback);
        ASSERT_NE(exception, nullptr);
        for (const char *attribute :
             {"__cause__", "__context__", "name", "path"}) {
            PyObject *value = PyObject_GetAttrString(exception, attribute);
            EXPECT_EQ(value, Py_None) << attribute;
            Py_XDECREF(value);
        }
        Py_XDECREF(type);
        Py_XDECREF(exception);
        Py_XDECREF(traceback);
    }
}

// --- IMP-8 -------------------------------------------------------------------

TEST_F(ImportFailureTest, IMP_8_SuccessDoesNotDependOnIt)
{
    for (int no_block : {0, 1, -1, 2}) {
        EXPECT_EQ(PyCapsule_Import("capm.cap", no_block), &payload_);
        EXPECT_TRUE(NothingRaised());
    }
}

// Returns type and message of the pending exception, and takes it away.
std::string TakeRaised()
{
    if (!PyErr_Occurred()) {
        return "no exception";
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *text = PyObject_Str(value);
    std::string result =
        std::string(Py_TYPE(value)->tp_name) + ": " + rules::TextOf(text);
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return result;
}

TEST_F(ImportFailureTest, IMP_8_FailureDoesNotDependOnIt)
{
    for (const char *name : FAILING_NAMES) {
        if (std::strcmp(name, NOT_UTF8) == 0) {
            continue; // IMP-7 says which exception this name raises
        }
        SCOPED_TRACE(name);
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr);
        std::string wanted = TakeRaised();
        if (host_profile()->import_no_block_is_unwrapped &&
            wanted.find("could not import module") != std::string::npos) {
            continue; // the next test checks this case
        }
        for (int no_block : {1, -1}) {
            EXPECT_EQ(PyCapsule_Import(name, no_block), nullptr);
            EXPECT_EQ(TakeRaised(), wanted);
        }
    }
}

TEST_F(ImportFailureTest, IMP_8_BeforePython311ItLeftTheImportsException)
{
    bool unwrapped = host_profile()->import_no_block_is_unwrapped;
    for (const auto &failing : FAILING) {
        SCOPED_TRACE(failing.module);
        std::string name = std::string(failing.module) + ".x";
        EXPECT_EQ(PyCapsule_Import(name.c_str(), 1), nullptr);
        EXPECT_TRUE(Raised(unwrapped ? *failing.type : PyExc_ImportError));
    }
    for (const char *name : {"", ".capm"}) {
        EXPECT_EQ(PyCapsule_Import(name, 1), nullptr);
        EXPECT_TRUE(unwrapped ? Raised(PyExc_ValueError, "Empty module name")
                              : Raised(PyExc_ImportError, CouldNotImport("")));
    }
}

TEST_F(ImportFailureTest, IMP_8_BeforePython311ItToldOfAMissingModule)
{
    const struct profile *profile = host_profile();
    EXPECT_EQ(PyCapsule_Import("nosuchmod.x", 1), nullptr);
    if (!profile->import_no_block_is_unwrapped) {
        EXPECT_TRUE(Raised(PyExc_ImportError, CouldNotImport("nosuchmod")));
    } else if (profile->python_2_messages) {
        EXPECT_TRUE(Raised(PyExc_ImportError, "No module named nosuchmod"));
    } else {
        EXPECT_TRUE(
            Raised(PyExc_ModuleNotFoundError, "No module named 'nosuchmod'"));
    }
}

// --- misuse ------------------------------------------------------------------

TEST_F(ImportFailureTest, IMP_13_TheNameMustNotBeNull)
{
    EXPECT_MISUSE_IS_SEEN(PyCapsule_Import(nullptr, 0),
                          rules::ImplementationReports(
                              "PyCapsule_Import(NULL); the name must not be "
                              "NULL (IMP-13)"));
}

// The import runs code while the exception is pending. Some versions of CPython
// lose the exception, some fail, some abort; no document promises anything.
TEST_F(ImportFailureTest, ERR_1_ImportWithAnExceptionPendingIsMisuse)
{
    EXPECT_MISUSE_IS_SEEN(
        {
            PendingException pending;
            PyCapsule_Import("capm.cap", 0);
        },
        rules::ImplementationReports("PyCapsule_Import with an exception "
                                     "pending"));
}

} // namespace
