// Importing: sys.modules, announced modules, packages, failures.

#include <string>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::BeforeStart;
using rules::Forget;
using rules::Importable;
using rules::NothingRaised;
using rules::Put;
using rules::Raised;

int initialised;

// Each module needs a definition of its own, because CPython stores the init
// function in the definition.
template <int N> PyObject *Init()
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "imported",
                              nullptr,
                              0,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    initialised++;
    return PyModule_Create(&def);
}

template <int N> PyObject *InitPackage()
{
    PyObject *package = Init<N>();
    Put(package, "__path__", PyList_New(0));
    return package;
}

PyObject *InitRaising()
{
    initialised++;
    PyErr_SetString(PyExc_KeyError, "out of order");
    return nullptr;
}

PyObject *ReturnNone(PyObject *, PyObject *)
{
    Py_INCREF(Py_None);
    return Py_None;
}

PyObject *InitSilent() { return nullptr; }

PyObject *InitUnreported()
{
    PyErr_SetString(PyExc_KeyError, "out of order");
    return Init<1>();
}

PyObject *InitList() { return PyList_New(0); }

PyObject *InitImporting()
{
    PyObject *module = Init<2>();
    PyObject *other = PyImport_ImportModule("plain");
    if (other) {
        Put(module, "plain", other);
    }
    return module;
}

// Initialises a package that blocks the import of its submodule: it sets the
// submodule's entry in sys.modules to None.
PyObject *InitHalting()
{
    EXPECT_EQ(
        PyDict_SetItemString(PyImport_GetModuleDict(), "halting.sub", Py_None),
        0);
    return InitPackage<8>();
}

const BeforeStart announce([] {
    PyImport_AppendInittab("halting", InitHalting);
    PyImport_AppendInittab("refusing.sub", Init<9>);
    PyImport_AppendInittab("failing.sub", Init<10>);
    PyImport_AppendInittab("plain", Init<3>);
    PyImport_AppendInittab("pack", InitPackage<4>);
    PyImport_AppendInittab("pack.sub", InitPackage<5>);
    PyImport_AppendInittab("pack.sub.leaf", Init<6>);
    PyImport_AppendInittab("pack.broken", InitRaising);
    PyImport_AppendInittab("plain.sub", Init<7>);
    PyImport_AppendInittab("raising", InitRaising);
    PyImport_AppendInittab("silent", InitSilent);
    PyImport_AppendInittab("unreported", InitUnreported);
    PyImport_AppendInittab("list", InitList);
    PyImport_AppendInittab("importing", InitImporting);
});

// Returns sys.modules[name], borrowed; NULL if there is no such entry.
PyObject *Entry(const char *name)
{
    return PyDict_GetItemString(PyImport_GetModuleDict(), name);
}

class ImportMachineryTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        initialised = 0;
    }

    void TearDown() override
    {
        for (const char *name :
             {"plain", "pack", "pack.sub", "pack.sub.leaf", "importing",
              "halting", "halting.sub", "refusing.sub", "failing.sub"}) {
            Forget(name);
        }
        CapsuleTest::TearDown();
    }

    static void ExpectNotFound(const char *name, const std::string &message)
    {
        EXPECT_EQ(PyImport_ImportModule(name), nullptr) << name;
        EXPECT_TRUE(Raised(PyExc_ModuleNotFoundError, message)) << name;
    }

    // Expects that the import fails with this exception and adds no module.
    static void ExpectFailure(const char *name, PyObject *type)
    {
        EXPECT_EQ(PyImport_ImportModule(name), nullptr) << name;
        EXPECT_TRUE(Raised(type)) << name;
        EXPECT_EQ(Entry(name), nullptr) << name;
    }
};

TEST_F(ImportMachineryTest, AModuleIsInitialisedOnce)
{
    EXPECT_EQ(Entry("plain"), nullptr);
    PyObject *first = PyImport_ImportModule("plain");
    PyObject *second = PyImport_ImportModule("plain");
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(second, first);
    EXPECT_EQ(Entry("plain"), first);
    EXPECT_EQ(initialised, 1);
    Py_XDECREF(first);
    Py_XDECREF(second);
}

TEST_F(ImportMachineryTest, AnImportedModuleCanImportOthers)
{
    PyObject *module = PyImport_ImportModule("importing");
    ASSERT_NE(module, nullptr);
    PyObject *plain = PyObject_GetAttrString(module, "plain");
    EXPECT_EQ(plain, Entry("plain"));
    Py_XDECREF(plain);
    Py_DECREF(module);
}

TEST_F(ImportMachineryTest, TheLastComponentIsReturnedAndAllAreImported)
{
    PyObject *leaf = PyImport_ImportModule("pack.sub.leaf");
    ASSERT_NE(leaf, nullptr);
    EXPECT_EQ(initialised, 3);
    EXPECT_EQ(leaf, Entry("pack.sub.leaf"));
    PyObject *sub = PyObject_GetAttrString(Entry("pack"), "sub");
    EXPECT_EQ(sub, Entry("pack.sub"));
    PyObject *same = PyObject_GetAttrString(sub, "leaf");
    EXPECT_EQ(same, leaf);
    Py_XDECREF(same);
    Py_XDECREF(sub);
    Py_DECREF(leaf);
}

TEST_F(ImportMachineryTest, APackageComesWithoutItsSubmodules)
{
    PyObject *pack = PyImport_ImportModule("pack");
    ASSERT_NE(pack, nullptr);
    EXPECT_EQ(initialised, 1);
    EXPECT_EQ(PyObject_HasAttrString(pack, "sub"), 0);
    Py_DECREF(pack);
}

TEST_F(ImportMachineryTest, TheEntryOfSysModulesIsTheModule)
{
    Importable any("anything", PyList_New(0)), deep("anything.no.parent");
    PyObject *module = PyImport_ImportModule("anything");
    EXPECT_EQ(module, any.get());
    Py_XDECREF(module);
    module = PyImport_ImportModule("anything.no.parent");
    EXPECT_EQ(module, deep.get());
    Py_XDECREF(module);
    Importable orphan("no.such.parent");
    ExpectNotFound("no.such.parent", "No module named 'no'");
}

TEST_F(ImportMachineryTest, MissingModules)
{
    ExpectNotFound("nosuch", "No module named 'nosuch'");
    ExpectNotFound("nosuch.sub", "No module named 'nosuch'");
    ExpectNotFound("pack.nosuch", "No module named 'pack.nosuch'");
    ExpectNotFound("pack.nosuch.leaf", "No module named 'pack.nosuch'");
    ExpectNotFound("plain.sub",
                   "No module named 'plain.sub'; 'plain' is not a package");
    ExpectNotFound(".plain", "No module named '.plain'");
    ExpectNotFound("pack.", "No module named 'pack.'");
    Py_INCREF(Py_None);
    Importable none("halted", Py_None);
    ExpectNotFound("halted", "import of halted halted; None in sys.modules");
}

// As in CPython, the check for None happens before the parent is imported, not
// after; so this import returns None.
TEST_F(ImportMachineryTest, AParentCanHaltItsSubmodule)
{
    PyObject *module = PyImport_ImportModule("halting.sub");
    EXPECT_EQ(module, Py_None);
    Py_XDECREF(module);
    ExpectNotFound("halting.sub",
                   "import of halting.sub halted; None in sys.modules");
}

// Two parents that have `__path__` and `__spec__` and accept no other
// attribute. The instance refuses its submodule with an AttributeError, which
// the import ignores. The type itself refuses with a TypeError, which the
// import raises. CPython does the same, but for submodules written in Python
// only: up to 3.10 a built-in module is never a submodule, and later versions
// need more of __spec__.
TEST_F(ImportMachineryTest, AParentMayRefuseItsSubmodule)
{
    static PyMethodDef methods[] = {
        {"__path__", ReturnNone, METH_NOARGS, nullptr},
        {"__spec__", ReturnNone, METH_NOARGS, nullptr},
        {nullptr, nullptr, 0, nullptr},
    };
    static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, nullptr}};
    static PyType_Spec spec = {"tests.Refusing", sizeof(PyObject), 0,
                               Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
                               slots};
    PyObject *type = PyType_FromSpec(&spec);
    ASSERT_NE(type, nullptr);
    Importable refusing("refusing", PyObject_CallNoArgs(type));
    PyObject *module = PyImport_ImportModule("refusing.sub");
    EXPECT_EQ(module, Entry("refusing.sub"));
    EXPECT_TRUE(module && PyModule_Check(module));
    Py_XDECREF(module);
    Importable failing("failing", type);
    EXPECT_EQ(PyImport_ImportModule("failing.sub"), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_NE(Entry("failing.sub"), nullptr);
}

TEST_F(ImportMachineryTest, InvalidNames)
{
    EXPECT_EQ(PyImport_ImportModule(""), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "Empty module name"));
    EXPECT_EQ(PyImport_ImportModule("\xff"), nullptr);
    EXPECT_TRUE(Raised(PyExc_UnicodeDecodeError));
    EXPECT_EQ(PyImport_Import(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_EQ(PyImport_AddModule("\xff"), nullptr);
    EXPECT_TRUE(Raised(PyExc_UnicodeDecodeError));
}

TEST_F(ImportMachineryTest, AFailedInitialisationLeavesNothing)
{
    ExpectFailure("raising", PyExc_KeyError);
    ExpectFailure("raising", PyExc_KeyError);
    EXPECT_EQ(initialised, 2);
    ExpectFailure("silent", PyExc_SystemError);
    ExpectFailure("pack.broken", PyExc_KeyError);
    EXPECT_NE(Entry("pack"), nullptr);
    EXPECT_EQ(PyObject_HasAttrString(Entry("pack"), "broken"), 0);
}

// CPython before 3.13 keeps a module that came with an exception, and raises
// TypeError for the list.
TEST_F(ImportMachineryTest, AnInitFunctionMustReturnAModuleAndNothingElse)
{
    ExpectFailure("unreported", PyExc_SystemError);
    ExpectFailure("list", PyExc_SystemError);
}

TEST_F(ImportMachineryTest, AddModuleMakesItOnce)
{
    PyObject *module = PyImport_AddModule("added");
    ASSERT_NE(module, nullptr);
    EXPECT_EQ(PyImport_AddModule("added"), module);
    EXPECT_EQ(Entry("added"), module);
    EXPECT_STREQ(PyModule_GetName(module), "added");
    EXPECT_EQ(Py_REFCNT(module), 1);
    PyObject *name = PyUnicode_FromString("added");
    PyObject *found = PyImport_GetModule(name);
    EXPECT_EQ(found, module);
    Py_XDECREF(found);
    Forget("added");
    EXPECT_EQ(PyImport_GetModule(name), nullptr);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(name);
}

TEST_F(ImportMachineryTest, AddModuleTakesTheNameAsAnObject)
{
    PyObject *name = PyUnicode_FromString("added");
    PyObject *module = PyImport_AddModuleObject(name); // borrowed
    EXPECT_NE(module, nullptr);
    EXPECT_EQ(module, Entry("added"));
    Forget("added");
    Importable list("added",
                    PyList_New(0)); // an entry that is not a module is replaced
    module = PyImport_AddModuleObject(name);
    EXPECT_TRUE(module && PyModule_Check(module));
    Py_DECREF(name);
    EXPECT_EQ(PyImport_AddModuleObject(list.get()), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
}

// The reference requires a str; CPython accepts any hashable object.
TEST_F(ImportMachineryTest, NamesOfModulesAreText)
{
    EXPECT_EQ(PyImport_AddModuleObject(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
}

#if PY_VERSION_HEX >= 0x030D0000
TEST_F(ImportMachineryTest, AddModuleRefReturnsANewReference)
{
    PyObject *module = PyImport_AddModuleRef("added");
    ASSERT_NE(module, nullptr);
    EXPECT_EQ(Py_REFCNT(module), 2);
    Py_DECREF(module);
    Forget("added");
}
#endif

// --- the end of the interpreter ----------------------------------------------

TEST(ImportAtTheEndTest, ModulesEndWithTheirInterpreter)
{
    static int payload;
    std::string profile = host_profile()->name;
    rules::destructor_log.clear();
    for (int i = 1; i <= 2; i++) {
        PyObject *module = PyImport_AddModule("ending");
        Py_INCREF(module);
        Put(module, "itself", module); // a cycle
        Put(module, "cap",
            PyCapsule_New(&payload, "ending.cap", rules::LogDestructor));
        EXPECT_EQ(PyCapsule_Import("ending.cap", 0), &payload);
        host_stop();
        EXPECT_EQ(rules::destructor_log.size(), static_cast<size_t>(i));
        ASSERT_EQ(host_start(profile.c_str()), 0);
        EXPECT_EQ(PyCapsule_Import("ending.cap", 0), nullptr);
        EXPECT_TRUE(Raised(PyExc_ImportError));
    }
}

// Python 2 names the missing component and gives no reason.
TEST(ImportInPython2Test, MessagesAreShorter)
{
    std::string profile = host_profile()->name;
    host_stop();
    ASSERT_EQ(host_start("cpython-2.7"), 0);
    for (const char *name : {"nosuch", "pack.nosuch", "plain.nosuch"}) {
        EXPECT_EQ(PyImport_ImportModule(name), nullptr);
        EXPECT_TRUE(Raised(PyExc_ImportError, "No module named nosuch"));
    }
    Py_INCREF(Py_None);
    {
        Importable none("halted", Py_None);
        EXPECT_EQ(PyImport_ImportModule("halted"), nullptr);
        EXPECT_TRUE(Raised(PyExc_ImportError, "No module named halted"));
    }
    host_stop();
    ASSERT_EQ(host_start(profile.c_str()), 0);
}

// A destructor that asks for sys.modules after sys.modules is gone ends the
// process.
TEST(ImportAtTheEndDeathTest, SysModulesIsGone)
{
    static const auto look = [](PyObject *) { PyImport_GetModuleDict(); };
    // Leaves a cycle, which the last collection of the interpreter finds.
    static const auto leave = [](PyObject *) {
        PyObject *cycle = PyList_New(0);
        PyObject *last = PyCapsule_New(&initialised, nullptr, look);
        PyList_Append(cycle, cycle);
        PyList_Append(cycle, last);
        Py_DECREF(last);
        Py_DECREF(cycle);
    };
    EXPECT_DEATH(
        {
            PyObject *module = PyImport_AddModule("ending");
            Py_INCREF(module); // keeps the module alive after sys.modules
            Put(module, "cap", PyCapsule_New(&initialised, nullptr, leave));
            host_stop();
        },
        "interpreter has no modules dictionary");
}

} // namespace
