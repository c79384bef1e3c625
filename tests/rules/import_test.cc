// Section 6 of docs/contract.md: PyCapsule_Import, and where it looks for a
// capsule.

#include <memory>
#include <string>
#include <vector>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace {

using rules::BeforeStart;
using rules::Forget;
using rules::Importable;
using rules::LookAlike;
using rules::NewNamespace;
using rules::NothingRaised;
using rules::Publish;
using rules::Put;
using rules::Raised;

std::string NotValid(const std::string &name)
{
    return "PyCapsule_Import \"" + name + "\" is not valid";
}

class ImportTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        importable_ = std::make_unique<Importable>("capm");
        Publish(module(), "cap", &payload_, "capm.cap");
    }

    void TearDown() override
    {
        importable_.reset();
        CapsuleTest::TearDown();
    }

    PyObject *module() const { return importable_->get(); }

    // Expects that the import fails because the object at this path is not a
    // capsule of this name.
    static void ExpectNotValid(const char *name)
    {
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr) << name;
        EXPECT_TRUE(Raised(PyExc_AttributeError, NotValid(name))) << name;
    }

    int payload_ = 0;

  private:
    std::unique_ptr<Importable> importable_;
};

// --- a package and a module that are initialised when they are imported ------

int package_payload;
int initialised_package, initialised_submodule;

PyObject *InitPackage()
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "cappkg",
                              nullptr,
                              0,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    initialised_package++;
    PyObject *package = PyModule_Create(&def);
    Put(package, "__path__", PyList_New(0));
    Publish(package, "cap", &package_payload, "cappkg.cap");
    return package;
}

PyObject *InitSubmodule()
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "cappkg.sub",
                              nullptr,
                              0,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    initialised_submodule++;
    PyObject *module = PyModule_Create(&def);
    Publish(module, "x", &package_payload, "cappkg.sub.x");
    return module;
}

const BeforeStart announce([] {
    PyImport_AppendInittab("cappkg", InitPackage);
    PyImport_AppendInittab("cappkg.sub", InitSubmodule);
});

// A fixture for the package `cappkg`, which is removed from sys.modules after
// each test.
class ImportPackageTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        initialised_package = initialised_submodule = 0;
    }

    void TearDown() override
    {
        Forget("cappkg.sub");
        Forget("cappkg");
        CapsuleTest::TearDown();
    }

    // Imports the submodule as other code would. Returns false if the importer
    // does not find announced submodules (CPython before 3.11).
    static bool ImportSubmodule()
    {
        PyObject *submodule = PyImport_ImportModule("cappkg.sub");
        PyErr_Clear();
        Py_XDECREF(submodule);
        return submodule != nullptr;
    }
};

// --- IMP-1, IMP-2 ------------------------------------------------------------

TEST_F(ImportTest, IMP_1_FindsTheCapsuleOfAModule)
{
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ImportTest, IMP_1_AnyPointerIsHandedOut)
{
    void *pointer = reinterpret_cast<void *>(-1);
    Publish(module(), "odd", pointer, "capm.odd");
    ASSERT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_Import("capm.odd", 0), pointer);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ImportPackageTest, IMP_1_ImportsAModuleThatWasNotImportedYet)
{
    EXPECT_EQ(PyCapsule_Import("cappkg.cap", 0), &package_payload);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(initialised_package, 1);
    EXPECT_EQ(PyCapsule_Import("cappkg.cap", 0), &package_payload);
    EXPECT_EQ(initialised_package, 1);
}

TEST_F(ImportTest, IMP_2_TheStoredNameMustBeTheWholePath)
{
    for (const char *stored :
         {"", "cap", "capm", "capm.", ".cap", "capm.ca", "capm.capp",
          "capm.Cap", "Capm.cap", "capm.cap.", "capm..cap", "other.cap"}) {
        SCOPED_TRACE(stored);
        Publish(module(), "cap", &payload_, stored);
        ExpectNotValid("capm.cap");
    }
    Publish(module(), "cap", &payload_, "capm.cap");
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
}

TEST_F(ImportTest, IMP_2_ACapsuleWithoutANameIsNotFound)
{
    Publish(module(), "nul", &payload_, nullptr);
    ExpectNotValid("capm.nul");
}

TEST_F(ImportTest, IMP_2_AnEqualNameAtAnotherAddressMatches)
{
    std::string name = "capm.cap";
    EXPECT_EQ(PyCapsule_Import(name.c_str(), 0), &payload_);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ImportTest, IMP_2_OtherObjectsAreNotValid)
{
    Put(module(), "notcap", PyLong_FromLong(7));
    ExpectNotValid("capm.notcap");
    ExpectNotValid(
        "capm.notcap.real"); // `real` of an int is an int, not a capsule
    Put(module(), "notcap", PyList_New(0));
    ExpectNotValid("capm.notcap");
    Put(module(), "notcap", NewNamespace());
    ExpectNotValid("capm.notcap");
    ASSERT_EQ(PyObject_SetAttrString(module(), "notcap", Py_None), 0);
    ExpectNotValid("capm.notcap");
    PyObject *type = reinterpret_cast<PyObject *>(&PyCapsule_Type);
    ASSERT_EQ(PyObject_SetAttrString(module(), "notcap", type), 0);
    ExpectNotValid("capm.notcap");
}

TEST_F(ImportTest, IMP_2_ALookAlikeIsNotValid)
{
    LookAlike look_alike("capm.alike");
    PyObject *object = look_alike.object();
    ASSERT_EQ(PyObject_SetAttrString(module(), "alike", object), 0);
    ExpectNotValid("capm.alike");
    ASSERT_EQ(PyObject_DelAttrString(module(), "alike"), 0);
    EXPECT_TRUE(look_alike.Unchanged());
}

TEST_F(ImportTest, IMP_2_ACapsuleIsFoundUnderItsOwnPathOnly)
{
    PyObject *capsule = PyObject_GetAttrString(module(), "cap");
    Put(module(), "alias", capsule);
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
    ExpectNotValid("capm.alias");
}

// --- IMP-3, IMP-4 ------------------------------------------------------------

TEST_F(ImportTest, IMP_3_FollowsAttributesOfAnyObjects)
{
    PyObject *ns = NewNamespace(), *deep = NewNamespace();
    Publish(ns, "nested", &payload_, "capm.ns.nested");
    Publish(deep, "d4", &payload_, "capm.ns.deep.d4");
    Put(ns, "deep", deep);
    Put(module(), "ns", ns);
    EXPECT_EQ(PyCapsule_Import("capm.ns.nested", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_Import("capm.ns.deep.d4", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
    ExpectNotValid("capm.ns.deep");
}

// PyCapsule_Import gives no component a meaning of its own.
TEST_F(ImportTest, IMP_3_EachByteOfAsciiMayBeAComponent)
{
    for (int byte = 1; byte < 128; byte++) {
        if (byte == '.') {
            continue;
        }
        const std::string component(1, static_cast<char>(byte));
        const std::string inner = "capm." + component + ".x";
        const std::string last = "capm." + component + "." + component;
        PyObject *ns = NewNamespace();
        Publish(ns, "x", &payload_, inner.c_str());
        Publish(ns, component.c_str(), &payload_, last.c_str());
        Put(module(), component.c_str(), ns);
        EXPECT_EQ(PyCapsule_Import(last.c_str(), 0), &payload_) << last;
        EXPECT_EQ(PyCapsule_Import(inner.c_str(), 0), &payload_) << inner;
        EXPECT_TRUE(NothingRaised()) << inner;
        // The capsules must die before their names.
        Put(module(), component.c_str(), NewNamespace());
    }
}

TEST_F(ImportTest, IMP_3_OnlyTheFirstComponentIsLookedUpInSysModules)
{
    Importable submodule("capm.sub"), same_name("sub");
    Publish(submodule.get(), "x", &payload_, "capm.sub.x");
    Publish(same_name.get(), "x", &payload_, "capm.sub.x");
    EXPECT_EQ(PyCapsule_Import("capm.sub.x", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError));

    Py_INCREF(submodule.get());
    Put(module(), "sub", submodule.get());
    EXPECT_EQ(PyCapsule_Import("capm.sub.x", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ImportTest, IMP_3_AnAttributeWinsOverASubmodule)
{
    int other = 0;
    Importable submodule("capm.sub");
    Publish(submodule.get(), "x", &other, "capm.sub.x");
    PyObject *ns = NewNamespace();
    Publish(ns, "x", &payload_, "capm.sub.x");
    Put(module(), "sub", ns);
    EXPECT_EQ(PyCapsule_Import("capm.sub.x", 0), &payload_);
}

std::vector<std::string> asked_for;

// Returns the same namespace for every attribute, and logs the names.
PyObject *AnswerWithNamespace(PyObject *, PyObject *name)
{
    std::string text = rules::TextOf(name);
    if (rules::IsSpecialName(text)) {
        return PyErr_Format(PyExc_AttributeError, "%s", text.c_str());
    }
    asked_for.push_back(text);
    return PyImport_ImportModule("capm");
}

TEST_F(ImportTest, IMP_3_AsksForOneAttributeAfterTheOther)
{
    NEEDS_MODULE_GETATTR();
    static PyMethodDef hook = {"__getattr__", AnswerWithNamespace, METH_O,
                               nullptr};
    rules::AskForMissingAttributes(module(), &hook);
    asked_for.clear();
    ExpectNotValid("capm.a.b..capm.c");
    EXPECT_EQ(asked_for, (std::vector<std::string>{"a", "b", "", "capm", "c"}));
}

TEST_F(ImportPackageTest, IMP_4_ASubmoduleIsNotImported)
{
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(PyCapsule_Import("cappkg.sub.x", 0), nullptr);
        EXPECT_TRUE(Raised(PyExc_AttributeError));
    }
    EXPECT_EQ(initialised_package, 1);
    EXPECT_EQ(initialised_submodule, 0);
    EXPECT_EQ(PyDict_GetItemString(PyImport_GetModuleDict(), "cappkg.sub"),
              nullptr);
}

TEST_F(ImportPackageTest, IMP_4_AnImportedSubmoduleIsFound)
{
    if (!ImportSubmodule()) {
        GTEST_SKIP() << "the importer does not find announced submodules";
    }
    EXPECT_EQ(initialised_submodule, 1);
    EXPECT_EQ(PyCapsule_Import("cappkg.sub.x", 0), &package_payload);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(initialised_submodule, 1);
}

// --- IMP-10 to IMP-12 --------------------------------------------------------

TEST_F(ImportTest, IMP_10_TheSamePointerEachTime)
{
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
        EXPECT_TRUE(NothingRaised());
    }
}

TEST_F(ImportTest, IMP_10_ANewPointerIsSeenAtOnce)
{
    int other = 0;
    PyObject *capsule = Publish(module(), "cap", &payload_, "capm.cap");
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
    ASSERT_EQ(PyCapsule_SetPointer(capsule, &other), 0);
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &other);
}

TEST_F(ImportTest, IMP_10_ANewNameIsSeenAtOnce)
{
    PyObject *capsule = Publish(module(), "cap", &payload_, "capm.cap");
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
    ASSERT_EQ(PyCapsule_SetName(capsule, "capm.old"), 0);
    ExpectNotValid("capm.cap");
    ASSERT_EQ(PyCapsule_SetName(capsule, "capm.cap"), 0);
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
}

TEST_F(ImportTest, IMP_10_AnotherCapsuleInItsPlaceIsSeenAtOnce)
{
    int other = 0;
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &payload_);
    Publish(module(), "cap", &other, "capm.cap");
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), &other);
    ASSERT_EQ(PyObject_DelAttrString(module(), "cap"), 0);
    EXPECT_EQ(PyCapsule_Import("capm.cap", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError));
}

TEST_F(ImportTest, IMP_11_WithoutADotTheModuleItselfIsTested)
{
    ExpectNotValid("capm");
}

TEST_F(ImportTest, IMP_11_ACapsuleInThePlaceOfAModule)
{
    Importable self("capself", PyCapsule_New(&payload_, "capself", nullptr));
    EXPECT_EQ(PyCapsule_Import("capself", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
    ASSERT_EQ(PyCapsule_SetName(self.get(), "capother"), 0);
    ExpectNotValid("capself");
}

TEST_F(ImportTest, IMP_12_AnEmptyFirstComponentCannotBeImported)
{
    for (const char *name : {"", ".", "..", ".capm.cap", ".capm", "..cap"}) {
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr) << name;
        EXPECT_TRUE(Raised(PyExc_ImportError,
                           "PyCapsule_Import could not import module \"\""))
            << name;
    }
}

TEST_F(ImportTest, IMP_12_AnEmptyComponentIsAnAttributeWithoutAName)
{
    for (const char *name : {"capm.", "capm..", "capm..cap", "capm.cap."}) {
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr) << name;
        EXPECT_TRUE(Raised(PyExc_AttributeError)) << name;
    }
}

TEST_F(ImportTest, IMP_12_AnAttributeWithoutANameIsFound)
{
    Publish(module(), "", &payload_, "capm.");
    EXPECT_EQ(PyCapsule_Import("capm.", 0), &payload_);
    PyObject *ns = NewNamespace();
    Publish(ns, "cap", &payload_, "capm..cap");
    Put(module(), "", ns);
    EXPECT_EQ(PyCapsule_Import("capm..cap", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
}

} // namespace
