// Section 9 of docs/contract.md: how a producer publishes a capsule.

#include "tests/rules/demo_module.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::demo_api;
using rules::DEMO_NAME;
using rules::DemoApi;
using rules::destructor_log;
using rules::Importable;
using rules::LogDestructor;
using rules::NothingRaised;
using rules::PendingException;
using rules::Publish;
using rules::Raised;
using rules::Table;

class PublishTest : public rules::DemoTest {};

// --- NEW-9 -------------------------------------------------------------------

TEST_F(PublishTest, NEW_9_ModuleDotAttributeMakesItImportable)
{
    PyObject *capsule = PyCapsule_New(Table(demo_api), DEMO_NAME, nullptr);
    ASSERT_EQ(PyModule_AddObject(demo(), "_C_API", capsule), 0);
    EXPECT_EQ(PyCapsule_Import("demo._C_API", 0), &demo_api);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(PublishTest, NEW_9_AnotherNameIsLegalButCannotBeImported)
{
    for (const char *name : {"_C_API", "demo._C_API2", "other._C_API"}) {
        PyObject *capsule = Publish(demo(), "_C_API", Table(demo_api), name);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, name), &demo_api);
        EXPECT_EQ(PyCapsule_Import("demo._C_API", 0), nullptr);
        EXPECT_TRUE(Raised(PyExc_AttributeError,
                           "PyCapsule_Import \"demo._C_API\" is not valid"));
    }
}

// --- API-9: the producer -----------------------------------------------------

PyModuleDef producer_def = {PyModuleDef_HEAD_INIT,
                            "producer",
                            "Exports a C API",
                            -1,
                            nullptr,
                            nullptr,
                            nullptr,
                            nullptr,
                            nullptr};

// Does what an init function does: returns a module that holds a capsule; or
// NULL with an exception, leaving nothing behind.
PyObject *Produce()
{
    PyObject *module = PyModule_Create(&producer_def);
    if (!module) {
        return nullptr;
    }
    PyObject *capsule =
        PyCapsule_New(Table(demo_api), "producer._C_API", LogDestructor);
    if (!capsule) {
        Py_DECREF(module);
        return nullptr;
    }
    if (PyModule_AddObject(module, "_C_API", capsule) < 0) {
        Py_DECREF(capsule);
        Py_DECREF(module);
        return nullptr;
    }
    return module;
}

TEST_F(PublishTest, API_9_AProducerPublishesItsTable)
{
    PyObject *module = Produce();
    ASSERT_NE(module, nullptr);
    Importable producer("producer", module);
    EXPECT_EQ(PyCapsule_Import("producer._C_API", 0), &demo_api);
    EXPECT_TRUE(NothingRaised());
    EXPECT_TRUE(destructor_log.empty());
}

// The fixture reports blocks that an unfinished module leaves behind.
TEST_F(PublishTest, API_9_WhereverMemoryEndsNothingIsLeft)
{
    for (host_failure how : {HOST_FAIL_ONCE, HOST_FAIL_FROM_THERE_ON}) {
        for (size_t nth = 1;; nth++) {
            ASSERT_LT(nth, 1000u);
            if (!host_fail_allocation(nth, how)) {
                GTEST_SKIP() << "the host cannot make allocations fail";
            }
            size_t blocks = host_live_blocks();
            PyObject *module = Produce();
            bool failed = host_allocations() >= nth;
            host_fail_allocation(0, how);
            if (!failed) {
                ASSERT_NE(module, nullptr);
                Py_DECREF(module);
                break;
            }
            if (module) {
                EXPECT_TRUE(NothingRaised()) << "allocation " << nth;
                Py_DECREF(module);
            } else {
                EXPECT_TRUE(Raised(PyExc_MemoryError)) << "allocation " << nth;
            }
            host_collect();
            if (host_keeps_nothing()) {
                EXPECT_EQ(host_live_blocks(), blocks) << "allocation " << nth;
            }
        }
    }
    EXPECT_FALSE(destructor_log.empty());
}

TEST_F(PublishTest, API_9_ARefusedTableIsAnErrorOfTheInitFunction)
{
    PyObject *module = PyModule_Create(&producer_def);
    ASSERT_NE(module, nullptr);
    EXPECT_EQ(PyCapsule_New(nullptr, "producer._C_API", nullptr), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_ValueError, "PyCapsule_New called with null pointer"));
    Py_DECREF(module);
}

// --- API-10: who owns the reference afterwards -------------------------------

TEST_F(PublishTest, API_10_SuccessTakesTheReference)
{
    PyObject *capsule =
        PyCapsule_New(Table(demo_api), DEMO_NAME, LogDestructor);
    ASSERT_EQ(PyModule_AddObject(demo(), "_C_API", capsule), 0);
    EXPECT_REFERENCES(capsule, 1);
    ASSERT_EQ(PyObject_DelAttrString(demo(), "_C_API"), 0);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(PublishTest, API_10_FailureLeavesTheReferenceToTheCaller)
{
    PyObject *capsule =
        PyCapsule_New(Table(demo_api), DEMO_NAME, LogDestructor);
    PyObject *no_module = PyList_New(0);
    EXPECT_EQ(PyModule_AddObject(no_module, "_C_API", capsule), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_REFERENCES(capsule, 1);
    EXPECT_TRUE(destructor_log.empty());
    Py_DECREF(no_module);

    if (host_fail_allocation(1, HOST_FAIL_FROM_THERE_ON)) {
        int status = PyModule_AddObject(demo(), "\xc3\xa4pi", capsule);
        host_fail_allocation(0, HOST_FAIL_ONCE);
        EXPECT_EQ(status, -1);
        EXPECT_TRUE(Raised(PyExc_MemoryError));
        EXPECT_REFERENCES(capsule, 1);
        EXPECT_TRUE(destructor_log.empty());
    }
    Py_DECREF(capsule);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(PublishTest, API_10_NullIsTheErrorThatIsPending)
{
    PendingException before;
    EXPECT_EQ(PyModule_AddObject(demo(), "_C_API", nullptr), -1);
    EXPECT_TRUE(before.StillPending());
    EXPECT_EQ(PyObject_HasAttrString(demo(), "_C_API"), 0);
}

#if PY_VERSION_HEX >= 0x030A0000
TEST_F(PublishTest, API_10_AddObjectRefNeverTakesIt)
{
    PyObject *capsule =
        PyCapsule_New(Table(demo_api), DEMO_NAME, LogDestructor);
    ASSERT_EQ(PyModule_AddObjectRef(demo(), "_C_API", capsule), 0);
    EXPECT_REFERENCES(capsule, 2);
    PyObject *no_module = PyList_New(0);
    EXPECT_EQ(PyModule_AddObjectRef(no_module, "_C_API", capsule), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_REFERENCES(capsule, 2);
    Py_DECREF(no_module);
    Py_DECREF(capsule);
}
#endif

#if PY_VERSION_HEX >= 0x030D0000
TEST_F(PublishTest, API_10_AddAlwaysTakesIt)
{
    PyObject *capsule =
        PyCapsule_New(Table(demo_api), DEMO_NAME, LogDestructor);
    ASSERT_EQ(PyModule_Add(demo(), "_C_API", capsule), 0);
    EXPECT_REFERENCES(capsule, 1);

    PyObject *no_module = PyList_New(0);
    capsule = PyCapsule_New(Table(demo_api), DEMO_NAME, LogDestructor);
    EXPECT_EQ(PyModule_Add(no_module, "_C_API", capsule), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
    Py_DECREF(no_module);
}
#endif

} // namespace
