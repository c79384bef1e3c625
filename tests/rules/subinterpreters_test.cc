// Section 9 of docs/contract.md, MODST-1, SUB-1 and SUB-2: module state, and
// tables that interpreters share.

#include <memory>
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/interpreters.h"
#include "tests/rules/misuse.h"
#include "tests/rules/modules.h"

namespace {

using rules::Add;
using rules::Count;
using rules::CounterApi;
using rules::counters_freed;
using rules::counters_made;
using rules::Drop;
using rules::Forget;
using rules::Importable;
using rules::ImportCounterApi;
using rules::NothingRaised;
using rules::Publish;
using rules::Raised;
using rules::Subinterpreter;

const rules::BeforeStart announce(rules::AnnounceCounter);

int payload, other_payload;

class SubinterpretersTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        counters_made = counters_freed = 0;
    }

    void TearDown() override
    {
        Forget("counter");
        CapsuleTest::TearDown();
    }
};

// --- MODST-1 -----------------------------------------------------------------

TEST_F(SubinterpretersTest, MODST_1_TwoModulesOfOneTableHaveTheirOwnState)
{
    const CounterApi *api = ImportCounterApi();
    ASSERT_NE(api, nullptr);
    PyObject *first = PyImport_ImportModule("counter");
    Forget("counter");
    PyObject *second = PyImport_ImportModule("counter");
    ASSERT_NE(second, first);
    EXPECT_EQ(api->add(first, 5), 0);
    EXPECT_EQ(api->add(second, 70), 0);
    EXPECT_EQ(api->add(first, 1), 0);
    EXPECT_EQ(api->count(first), 6);
    EXPECT_EQ(api->count(second), 70);
    Drop(first);
    EXPECT_EQ(counters_freed, 1);
    EXPECT_EQ(api->count(second), 70);
    Drop(second);
}

TEST_F(SubinterpretersTest, MODST_1_StateBeginsZeroedAndEndsWithItsModule)
{
    EXPECT_EQ(Count(), 0);
    EXPECT_EQ(Add(3), 0);
    EXPECT_EQ(Count(), 3);
    Forget("counter");
    if (host_profile()->deferred_destruction) {
        host_collect();
    }
    EXPECT_EQ(counters_freed, 1);
    EXPECT_EQ(Count(), 0);
    EXPECT_EQ(counters_made, 2);
}

TEST_F(SubinterpretersTest, MODST_1_ATableReadsTheStateOfItsInterpreter)
{
    NEEDS_OWN_INTERPRETER();
    EXPECT_EQ(Add(1), 0);
    Subinterpreter sub;
    EXPECT_EQ(Count(), 0);
    EXPECT_EQ(Add(20), 0);
    sub.Leave();
    EXPECT_EQ(Count(), 1);
    EXPECT_EQ(Add(1), 0);
    sub.Enter();
    EXPECT_EQ(Count(), 20);
    sub.End();
    EXPECT_EQ(Count(), 2);
}

TEST_F(SubinterpretersTest, MODST_1_OtherObjectsHaveNoState)
{
    const CounterApi *api = ImportCounterApi();
    ASSERT_NE(api, nullptr);
    EXPECT_EQ(api->count(Py_None), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    PyObject *stateless = PyModule_New("stateless");
    EXPECT_EQ(PyModule_GetState(stateless), nullptr);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(stateless);
}

// --- SUB-1 -------------------------------------------------------------------

TEST_F(SubinterpretersTest, SUB_1_OneTableServesAllInterpreters)
{
    NEEDS_OWN_INTERPRETER();
    const CounterApi *here = ImportCounterApi();
    EXPECT_EQ(here, &rules::counter_api);
    Subinterpreter sub;
    EXPECT_EQ(ImportCounterApi(), here);
    EXPECT_EQ(counters_made, 2);
}

TEST_F(SubinterpretersTest, SUB_1_ATableOutlivesTheInterpreterThatFoundIt)
{
    NEEDS_OWN_INTERPRETER();
    const CounterApi *api;
    {
        Subinterpreter sub;
        api = ImportCounterApi();
        ASSERT_NE(api, nullptr);
    }
    EXPECT_EQ(counters_freed, 1);
    EXPECT_EQ(api->version, 1);
    EXPECT_EQ(api->size, sizeof(CounterApi));
    PyObject *module = PyImport_ImportModule("counter");
    EXPECT_EQ(api->add(module, 4), 0);
    EXPECT_EQ(api->count(module), 4);
    Py_DECREF(module);
}

// A table that must not be shared: it keeps an object of the interpreter that
// filled it, even without a reference.
struct BadApi {
    PyObject *module;
};

BadApi bad_api;

TEST_F(SubinterpretersTest, SUB_1_AnObjectInATableEndsWithItsInterpreter)
{
    {
        Subinterpreter sub;
        Importable module("bad");
        bad_api.module = module.get();
        Publish(module.get(), "_C_API", &bad_api, "bad._C_API");
        EXPECT_EQ(PyCapsule_Import("bad._C_API", 0), &bad_api);
    }
    // The table still exists; the object that it points to does not.
    volatile Py_ssize_t seen;
    EXPECT_MISUSE_IS_SEEN(
        seen = Py_REFCNT(bad_api.module);
        (void)seen, rules::SanitizerReportsCapsule("heap-use-after-free"));
}

// --- SUB-2 -------------------------------------------------------------------

TEST_F(SubinterpretersTest, SUB_2_EachInterpreterPublishesItsOwn)
{
    Importable here("shared");
    Publish(here.get(), "cap", &payload, "shared.cap");
    Subinterpreter sub;
    {
        Importable there("shared");
        Publish(there.get(), "cap", &other_payload, "shared.cap");
        EXPECT_EQ(PyCapsule_Import("shared.cap", 0), &other_payload);
        sub.Leave();
        EXPECT_EQ(PyCapsule_Import("shared.cap", 0), &payload);
        sub.Enter();
    }
    sub.End();
    EXPECT_EQ(PyCapsule_Import("shared.cap", 0), &payload);
}

TEST_F(SubinterpretersTest, SUB_2_ImportsOfAnotherInterpreterAreNotVisible)
{
    Importable here("here");
    Publish(here.get(), "cap", &payload, "here.cap");
    Subinterpreter first;
    EXPECT_EQ(PyCapsule_Import("here.cap", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_ImportError,
                       "PyCapsule_Import could not import module \"here\""));
    PyObject *module = PyImport_AddModule("there");
    Publish(module, "cap", &payload, "there.cap");
    {
        Subinterpreter second;
        EXPECT_EQ(PyCapsule_Import("there.cap", 0), nullptr);
        EXPECT_TRUE(
            Raised(PyExc_ImportError,
                   "PyCapsule_Import could not import module \"there\""));
    }
    EXPECT_EQ(PyCapsule_Import("there.cap", 0), &payload);
    first.End();
    EXPECT_EQ(PyCapsule_Import("there.cap", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_ImportError));
}

TEST_F(SubinterpretersTest, SUB_2_AnExceptionStaysInItsInterpreter)
{
    rules::PendingException pending;
    Subinterpreter sub;
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_GetPointer(nullptr, nullptr), nullptr);
    sub.Leave();
    EXPECT_TRUE(pending.StillPending());
    sub.Enter();
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetPointer called with "
                                         "invalid PyCapsule object"));
}

TEST_F(SubinterpretersTest, SUB_2_AnExceptionIsNotSeenInAnother)
{
    Subinterpreter sub;
    PyErr_SetNone(PyExc_KeyError);
    sub.Leave();
    EXPECT_TRUE(NothingRaised());
    PyErr_SetNone(PyExc_ValueError);
    PyErr_Clear();
    sub.Enter();
    EXPECT_TRUE(Raised(PyExc_KeyError));
}

// The fixture checks that the exception is freed.
TEST_F(SubinterpretersTest, SUB_2_AnExceptionEndsWithItsInterpreter)
{
    Subinterpreter sub;
    PyErr_SetNone(PyExc_KeyError);
    sub.End();
    EXPECT_TRUE(NothingRaised());
}

// More interpreters at a time than a small table has places for.
TEST_F(SubinterpretersTest, SUB_2_CapsulesWorkInEachOfManyInterpreters)
{
    NEEDS_OWN_INTERPRETER();
    std::vector<std::unique_ptr<Subinterpreter>> nested;
    for (int i = 0; i < 12; i++) {
        nested.push_back(std::make_unique<Subinterpreter>());
        PyObject *capsule = PyCapsule_New(&payload, "demo.cap", nullptr);
        ASSERT_NE(capsule, nullptr) << "interpreter " << i;
        EXPECT_EQ(PyCapsule_SetContext(capsule, &other_payload), 0);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, "demo.cap"), &payload);
        EXPECT_EQ(PyCapsule_GetContext(capsule), &other_payload);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, "other"), nullptr);
        EXPECT_TRUE(Raised(PyExc_ValueError)) << "interpreter " << i;
        Py_DECREF(capsule);
        EXPECT_TRUE(NothingRaised());
    }
    while (!nested.empty()) {
        nested.pop_back(); // ends the interpreter, the innermost one first
    }
}

} // namespace
