// Section 8 of docs/contract.md, DTOR-10: destructors that run while an
// interpreter ends.

#include <cstdlib>
#include <cstring>

#include "tests/rules/interpreters.h"
#include "tests/rules/modules.h"

namespace {

using rules::destructor_log;
using rules::LogDestructor;
using rules::Put;
using rules::Raised;
using rules::Subinterpreter;

int payload;

// Adds a capsule to the module. The capsule's destructor logs its run.
void PublishLogged(PyObject *module, const char *attribute, const char *name)
{
    Put(module, attribute, PyCapsule_New(&payload, name, LogDestructor));
}

class ShutdownTest : public rules::CapsuleTest {};

TEST_F(ShutdownTest, DTOR_10_ModulesEndWithTheirInterpreter)
{
    Subinterpreter sub;
    PyObject *module = PyImport_AddModule("ending");
    PyObject *capsule = PyCapsule_New(&payload, "ending.cap", LogDestructor);
    PyCapsule_SetContext(capsule, &destructor_log);
    Put(module, "cap", capsule);
    EXPECT_TRUE(destructor_log.empty());
    sub.End();
    ASSERT_EQ(destructor_log.size(), 1u);
    const rules::DestructorCall &call = destructor_log[0];
    EXPECT_EQ(call.capsule, capsule);
    EXPECT_EQ(call.pointer, &payload);
    EXPECT_EQ(call.name, "ending.cap");
    EXPECT_EQ(call.context, &destructor_log);
    EXPECT_EQ(call.destructor, LogDestructor);
    EXPECT_EQ(call.is_valid, 1);
    EXPECT_FALSE(call.exception_pending);
}

TEST_F(ShutdownTest, DTOR_10_ACapsuleWithAnotherReferenceSurvives)
{
    PyObject *kept = PyCapsule_New(&payload, "kept", LogDestructor);
    Subinterpreter sub;
    PyObject *module = PyImport_AddModule("ending");
    Py_INCREF(kept);
    Put(module, "kept", kept);
    PublishLogged(module, "cap", "ending.cap");
    sub.End();
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, "ending.cap");
    EXPECT_EQ(PyCapsule_GetPointer(kept, "kept"), &payload);
    EXPECT_EQ(Py_REFCNT(kept), 1);
    Py_DECREF(kept);
    EXPECT_EQ(destructor_log.size(), 2u);
}

TEST_F(ShutdownTest, DTOR_10_CyclesEndWithTheirInterpreter)
{
    Subinterpreter sub;
    PyObject *module = PyImport_AddModule("ending");
    Py_INCREF(module);
    Put(module, "itself", module);
    PublishLogged(module, "cap", "ending.cap");
    PyObject *list = PyList_New(0);
    PyList_Append(list, list);
    PyObject *capsule = PyCapsule_New(&payload, "in a list", LogDestructor);
    PyList_Append(list, capsule);
    Py_DECREF(capsule);
    Py_DECREF(list);
    sub.End();
    EXPECT_EQ(destructor_log.size(), 2u);
}

void DropContext(PyObject *capsule)
{
    LogDestructor(capsule);
    Py_DECREF(static_cast<PyObject *>(PyCapsule_GetContext(capsule)));
}

// The cycle from module to capsule and back is invisible to the collector. The
// interpreter breaks it when it clears the contents of modules that are still
// referenced.
TEST_F(ShutdownTest, DTOR_10_ACapsuleThatHoldsItsModuleEnds)
{
    Subinterpreter sub;
    PyObject *module = PyImport_AddModule("ending");
    PyObject *capsule = PyCapsule_New(&payload, "ending.cap", DropContext);
    Py_INCREF(module);
    PyCapsule_SetContext(capsule, module);
    Put(module, "cap", capsule);
    sub.End();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(ShutdownTest, DTOR_10_ACapsuleInSysModulesEnds)
{
    Subinterpreter sub;
    PyObject *capsule = PyCapsule_New(&payload, "alone", LogDestructor);
    PyDict_SetItemString(PyImport_GetModuleDict(), "alone", capsule);
    Py_DECREF(capsule);
    EXPECT_EQ(PyCapsule_Import("alone", 0), &payload);
    sub.End();
    EXPECT_EQ(destructor_log.size(), 1u);
}

int freed;

// Uses only its own capsule, which is safe.
void FreePayloadAndName(PyObject *capsule)
{
    char *name = const_cast<char *>(PyCapsule_GetName(capsule));
    std::free(PyCapsule_GetPointer(capsule, name));
    std::free(name);
    freed++;
}

TEST_F(ShutdownTest, DTOR_10_ResourcesAreGivenBack)
{
    freed = 0;
    Subinterpreter sub;
    PyObject *module = PyImport_AddModule("ending");
    Put(module, "cap",
        PyCapsule_New(std::malloc(8), strdup("ending.cap"),
                      FreePayloadAndName));
    sub.End();
    EXPECT_EQ(freed, 1);
}

int imports_failed;

// Tries to import, which fails at the end of an interpreter.
void ImportOthers(PyObject *capsule)
{
    for (const char *name : {"ending.other", "other.cap", "nosuch.cap"}) {
        EXPECT_EQ(PyCapsule_Import(name, 0), nullptr) << name;
        imports_failed += Raised(PyExc_ImportError);
    }
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "ending.cap"), &payload);
}

TEST_F(ShutdownTest, DTOR_10_NothingCanBeImportedInTheEnd)
{
    imports_failed = 0;
    Subinterpreter sub;
    PyObject *module = PyImport_AddModule("ending");
    Put(module, "cap", PyCapsule_New(&payload, "ending.cap", ImportOthers));
    PublishLogged(module, "other", "ending.other");
    PublishLogged(PyImport_AddModule("other"), "cap", "other.cap");
    EXPECT_EQ(PyCapsule_Import("other.cap", 0), &payload);
    sub.End();
    EXPECT_EQ(imports_failed, 3);
    EXPECT_EQ(destructor_log.size(), 2u);
}

PyThreadState *ended_in;

void NoteThreadState(PyObject *) { ended_in = PyThreadState_Get(); }

// The thread state of the ending interpreter is current; an exception of the
// destructor stays in it.
TEST_F(ShutdownTest, DTOR_10_DestructorsRunInTheInterpreterThatEnds)
{
    ended_in = nullptr;
    rules::PendingException outer;
    Subinterpreter sub;
    PyThreadState *inner = PyThreadState_Get();
    Put(PyImport_AddModule("ending"), "cap",
        PyCapsule_New(&payload, nullptr, NoteThreadState));
    sub.End();
    EXPECT_EQ(ended_in, inner);
    EXPECT_TRUE(outer.StillPending());
}

// Ends the main interpreter and starts a new one in the same process.
TEST(FinalizeTest, DTOR_10_AllEndsWithTheMainInterpreter)
{
    NEEDS_OWN_INTERPRETER();
    std::string profile = host_profile()->name;
    destructor_log.clear();
    for (size_t i = 1; i <= 2; i++) {
        PublishLogged(PyImport_AddModule("ending"), "cap", "ending.cap");
        EXPECT_EQ(PyCapsule_Import("ending.cap", 0), &payload);
        host_stop();
        ASSERT_EQ(destructor_log.size(), i);
        EXPECT_EQ(destructor_log.back().pointer, &payload);
        ASSERT_EQ(host_start(profile.c_str()), 0);
        EXPECT_EQ(PyCapsule_Import("ending.cap", 0), nullptr);
        EXPECT_TRUE(Raised(PyExc_ImportError));
    }
}

} // namespace
