// Several interpreters: what each has for itself, and how interpreters end.

#include <string>
#include <vector>

#include "tests/reference/counted_modules.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using namespace reference; // the modules
using rules::NothingRaised;
using rules::Put;
using rules::Raised;

class InterpretersTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        main_ = PyThreadState_Get();
        ResetModules();
    }

    void TearDown() override
    {
        ASSERT_EQ(PyThreadState_Get(), main_);
        for (const char *name : {"phased", "created", "single"}) {
            rules::Forget(name);
        }
        CapsuleTest::TearDown();
    }

    // Ends the current interpreter and returns to the main one.
    void End()
    {
        Py_EndInterpreter(PyThreadState_Get());
        PyThreadState_Swap(main_);
    }

    PyThreadState *main_;
};

void Import(const char *name)
{
    PyObject *module = PyImport_ImportModule(name);
    EXPECT_NE(module, nullptr) << name;
    Py_XDECREF(module);
}

PyObject *Entry(const char *name)
{
    return PyDict_GetItemString(PyImport_GetModuleDict(), name);
}

// --- interpreters ------------------------------------------------------------

TEST_F(InterpretersTest, EachHasItsOwnNumberAndThreadState)
{
    EXPECT_EQ(PyInterpreterState_GetID(PyInterpreterState_Get()), 0);
    PyThreadState *one = Py_NewInterpreter();
    ASSERT_NE(one, nullptr);
    EXPECT_EQ(PyThreadState_Get(), one);
    PyInterpreterState *interp = PyInterpreterState_Get();
    EXPECT_EQ(PyThreadState_GetInterpreter(one), interp);
    EXPECT_NE(interp, PyInterpreterState_Main());
    EXPECT_GT(PyInterpreterState_GetID(interp), 0);
    PyThreadState *two = Py_NewInterpreter();
    EXPECT_GT(PyInterpreterState_GetID(PyInterpreterState_Get()),
              PyInterpreterState_GetID(interp));
    Py_EndInterpreter(two);
    EXPECT_EQ(PyThreadState_Swap(one), nullptr);
    EXPECT_EQ(PyThreadState_Swap(main_), one);
    EXPECT_EQ(PyInterpreterState_Get(), PyInterpreterState_Main());
    PyThreadState_Swap(one);
    End();
}

TEST_F(InterpretersTest, EachHasItsOwnModules)
{
    rules::Importable here("plain");
    Py_NewInterpreter();
    EXPECT_EQ(PyImport_ImportModule("plain"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ModuleNotFoundError, "No module named 'plain'"));
    PyObject *module = PyImport_AddModule("plain");
    EXPECT_NE(module, here.get());
    End();
    EXPECT_EQ(Entry("plain"), here.get());
}

TEST_F(InterpretersTest, EachHasItsOwnErrorIndicator)
{
    rules::PendingException pending;
    PyThreadState *sub = Py_NewInterpreter();
    EXPECT_TRUE(NothingRaised());
    PyErr_SetNone(PyExc_ValueError);
    PyThreadState_Swap(main_);
    EXPECT_TRUE(pending.StillPending());
    PyThreadState_Swap(sub);
    EXPECT_TRUE(Raised(PyExc_ValueError));
    End();
}

TEST_F(InterpretersTest, EachHasItsOwnWarningFilters)
{
    Py_NewInterpreter();
    PyObject *warnings = PyImport_ImportModule("warnings");
    ASSERT_NE(warnings, nullptr);
    PyObject *filter = PyObject_GetAttrString(warnings, "simplefilter");
    PyObject *result = PyObject_CallFunction(filter, "s", "error");
    EXPECT_EQ(result, Py_None);
    Py_XDECREF(result);
    Py_XDECREF(filter);
    Py_DECREF(warnings);
    EXPECT_EQ(PyErr_WarnEx(PyExc_DeprecationWarning, "old", 1), -1);
    EXPECT_TRUE(Raised(PyExc_DeprecationWarning, "old"));
    End();
    EXPECT_EQ(PyErr_WarnEx(PyExc_DeprecationWarning, "old", 1), 0);
}

TEST_F(InterpretersTest, EachCollectsItsOwnGarbage)
{
    PyObject *list = PyList_New(0);
    PyList_Append(list, list);
    static int payload;
    PyObject *capsule = PyCapsule_New(&payload, "cycle", Note);
    PyList_Append(list, capsule);
    Py_DECREF(capsule);
    PyThreadState *sub = Py_NewInterpreter();
    PyObject *holder = PyList_New(0);
    PyList_Append(holder, list); // the container belongs to another interpreter
    PyGC_Collect();
    Py_DECREF(list);
    PyThreadState_Swap(main_);
    PyGC_Collect();
    EXPECT_TRUE(events.empty());
    PyThreadState_Swap(sub);
    Py_DECREF(holder);
    PyGC_Collect();
    EXPECT_TRUE(events.empty());
    End();
    PyGC_Collect();
    EXPECT_EQ(events, std::vector<std::string>{"cycle"});
}

// --- the end of an interpreter -----------------------------------------------

void PutNoted(PyObject *module, const char *attribute, const char *name)
{
    static int payload;
    Put(module, attribute, PyCapsule_New(&payload, name, Note));
}

TEST_F(InterpretersTest, ModulesEndInTheOrderOfSysModules)
{
    Py_NewInterpreter();
    PyObject *b = PyImport_AddModule("b");
    PyObject *a = PyImport_AddModule("a");
    PutNoted(a, "x", "a.x");
    PutNoted(b, "y", "b.y");
    PutNoted(b, "_x", "b._x");
    End();
    EXPECT_EQ(events, (std::vector<std::string>{"b.y", "b._x", "a.x"}));
}

TEST_F(InterpretersTest, AModuleThatIsStillHeldLosesItsContents)
{
    Py_NewInterpreter();
    PyObject *first = PyImport_AddModule("first");
    PyObject *second = PyImport_AddModule("second");
    PyObject *third = PyImport_AddModule("third");
    Py_INCREF(first);
    Py_INCREF(second);
    PutNoted(first, "y", "first.y");
    PutNoted(first, "_x", "first._x");
    PutNoted(second, "z", "second.z");
    PutNoted(third, "z", "third.z");
    PyThreadState *sub = PyThreadState_Get();
    Py_EndInterpreter(sub);
    PyThreadState_Swap(main_);
    EXPECT_EQ(events, (std::vector<std::string>{"third.z", "second.z",
                                                "first._x", "first.y"}));
    Py_DECREF(first);
    Py_DECREF(second);
}

void ImportInTheEnd(PyObject *capsule)
{
    events.push_back("import");
    const char *name = static_cast<char *>(PyCapsule_GetContext(capsule));
    EXPECT_EQ(PyImport_ImportModule(name), nullptr) << name;
    EXPECT_TRUE(PyErr_ExceptionMatches(PyExc_ImportError)) << name;
    PyErr_Clear();
    EXPECT_NE(PyImport_AddModule("added in the end"), nullptr);
}

TEST_F(InterpretersTest, NothingCanBeImportedInTheEnd)
{
    static char first[] = "first", second[] = "second", announced[] = "single";
    Py_NewInterpreter();
    PyObject *module = PyImport_AddModule("first");
    PyImport_AddModule("second");
    for (char *name : {first, second, announced}) {
        static int payload;
        PyObject *capsule = PyCapsule_New(&payload, nullptr, ImportInTheEnd);
        PyCapsule_SetContext(capsule, name);
        Put(module, name, capsule);
    }
    End();
    EXPECT_EQ(events.size(), 3u);
    EXPECT_EQ(initialised, 0);
}

// --- initialisation ----------------------------------------------------------

TEST_F(InterpretersTest, AModuleIsInitialisedInEachInterpreter)
{
    Import("phased");
    PyThreadState *sub = Py_NewInterpreter();
    Import("phased");
    EXPECT_EQ(executed, 2);
    PyObject *module = Entry("phased");
    static_cast<State *>(PyModule_GetState(module))->value = 8;
    PyThreadState_Swap(main_);
    EXPECT_NE(Entry("phased"), module);
    EXPECT_EQ(static_cast<State *>(PyModule_GetState(Entry("phased")))->value,
              7);
    PyThreadState_Swap(sub);
    End();
    EXPECT_EQ(events, (std::vector<std::string>{"free", "phased.cap"}));
}

TEST_F(InterpretersTest, AModuleInPhasesIsExecutedAgainWhenItWasForgotten)
{
    Import("phased");
    EXPECT_STREQ(PyModule_GetName(Entry("phased")), "phased");
    PyModuleDef *def = PyModule_GetDef(Entry("phased"));
    ASSERT_NE(def, nullptr);
    EXPECT_EQ(PyState_FindModule(def), nullptr);
    rules::Forget("phased");
    Import("phased");
    EXPECT_EQ(executed, 2);
}

TEST_F(InterpretersTest, AFailedExecutionLeavesNothing)
{
    fail_to_execute = true;
    EXPECT_EQ(PyImport_ImportModule("phased"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "not today"));
    EXPECT_EQ(Entry("phased"), nullptr);
    EXPECT_EQ(events, (std::vector<std::string>{"free", "phased.cap"}));
    EXPECT_EQ(PyImport_ImportModule("silently"), nullptr);
    EXPECT_TRUE(Raised(
        PyExc_SystemError,
        "execution of module silently failed without setting an exception"));
}

TEST_F(InterpretersTest, AModuleMayBeAnyObject)
{
    Import("created");
    PyObject *module = Entry("created");
    EXPECT_EQ(rules::TextOf(module), "created");
}

TEST_F(InterpretersTest, ASingleModuleIsFoundByItsDefinition)
{
    EXPECT_EQ(PyState_FindModule(&single_def), nullptr);
    Import("single");
    EXPECT_EQ(PyState_FindModule(&single_def), Entry("single"));
    PyThreadState *sub = Py_NewInterpreter();
    EXPECT_EQ(PyState_FindModule(&single_def), nullptr);
    EXPECT_TRUE(NothingRaised());
    Import("single");
    EXPECT_EQ(PyState_FindModule(&single_def), Entry("single"));
    EXPECT_EQ(initialised, 2);
    PyThreadState_Swap(sub);
    End();
}

TEST_F(InterpretersTest, AnInitFunctionThatImportsItselfNeverEnds)
{
    import_itself = true;
    EXPECT_EQ(PyImport_ImportModule("single"), nullptr);
    EXPECT_TRUE(Raised(PyExc_RecursionError));
    EXPECT_GT(initialised, 10);
}

// --- the end of the main interpreter -----------------------------------------

std::vector<int> at_exit;

TEST(RestartTest, NothingIsLeftAndAllBeginsAnew)
{
    std::string profile = host_profile()->name;
    events.clear();
    executed = 0;
    fail_to_execute = false;
    EXPECT_EQ(Py_AtExit([] { at_exit.push_back(1); }), 0);
    EXPECT_EQ(Py_AtExit([] {
                  at_exit.push_back(2);
                  EXPECT_FALSE(Py_IsInitialized());
              }),
              0);
    for (int i = 1; i <= 2; i++) {
        Import("phased");
        PyErr_SetNone(PyExc_KeyError);
        host_stop();
        EXPECT_FALSE(Py_IsInitialized());
        EXPECT_EQ(host_live_blocks(), 0u);
        EXPECT_EQ(events.size(), 2u * i);
        ASSERT_EQ(host_start(profile.c_str()), 0);
        EXPECT_TRUE(NothingRaised());
        EXPECT_EQ(Entry("phased"), nullptr);
        EXPECT_EQ(executed, i);
        EXPECT_EQ(at_exit, (std::vector<int>{2, 1}));
    }
}

TEST(RestartTest, InterpretersThatWereForgottenEndToo)
{
    std::string profile = host_profile()->name;
    PyThreadState *main = PyThreadState_Get();
    events.clear();
    Py_NewInterpreter();
    PutNoted(PyImport_AddModule("left"), "cap", "left.cap");
    PyThreadState_Swap(main);
    host_stop();
    EXPECT_EQ(events, std::vector<std::string>{"left.cap"});
    ASSERT_EQ(host_start(profile.c_str()), 0);
}

TEST(LifecycleDeathTest, MisuseEndsTheProcess)
{
    EXPECT_DEATH(PyImport_AppendInittab("late", InitSingle),
                 "PyImport_AppendInittab\\(\\) may not be called after "
                 "Py_Initialize");
    EXPECT_DEATH(Py_EndInterpreter(PyThreadState_Get()), "main interpreter");
    EXPECT_DEATH(
        {
            Py_NewInterpreter();
            Py_FinalizeEx();
        },
        "the main interpreter is not current");
    EXPECT_DEATH(
        {
            PyThreadState_Swap(nullptr);
            PyErr_Occurred();
        },
        "no current thread state");
}

} // namespace
