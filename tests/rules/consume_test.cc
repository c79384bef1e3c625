// Section 9 of docs/contract.md: how a consumer gets a published table.

#include "tests/rules/demo_module.h"
#include "tests/rules/fields.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::AddOne;
using rules::demo_api;
using rules::DEMO_NAME;
using rules::DemoApi;
using rules::Fields;
using rules::FieldsOf;
using rules::NothingRaised;
using rules::Publish;
using rules::Put;
using rules::Raised;
using rules::Table;

class PublishedTest : public rules::DemoTest {};

// --- API-11: the consumer ----------------------------------------------------

DemoApi *consumed;

// The steps of a consumer before it uses a table. Returns 0; or -1 with an
// exception, `consumed` set to NULL and no reference kept.
int Consume()
{
    consumed = nullptr;
    PyObject *module = PyImport_ImportModule("demo");
    if (!module) {
        return -1;
    }
    PyObject *capsule = PyObject_GetAttrString(module, "_C_API");
    Py_DECREF(module);
    if (!capsule) {
        return -1;
    }
    consumed = static_cast<DemoApi *>(PyCapsule_GetPointer(capsule, DEMO_NAME));
    Py_DECREF(capsule);
    if (!consumed) {
        return -1;
    }
    if (consumed->version != 1) {
        consumed = nullptr;
        PyErr_SetString(PyExc_RuntimeError, "unsupported demo C API version");
        return -1;
    }
    return 0;
}

// Expects that the consumer fails with this exception, and that the reference
// counts of `published` and of the module stay the same.
void ExpectFailure(PyObject *module, PyObject *published, PyObject *type,
                   const char *message)
{
    Py_ssize_t modules = module ? Py_REFCNT(module) : 0;
    Py_ssize_t references = published ? Py_REFCNT(published) : 0;
    EXPECT_EQ(Consume(), -1);
    EXPECT_EQ(consumed, nullptr);
    // Take the exception away first: it may hold a reference to an object that
    // is counted below.
    EXPECT_TRUE(Raised(type, message));
    EXPECT_EQ(module ? Py_REFCNT(module) : 0, modules);
    EXPECT_EQ(published ? Py_REFCNT(published) : 0, references);
}

TEST_F(PublishedTest, API_11_AConsumerGetsTheTable)
{
    PyObject *capsule = Publish(demo(), "_C_API", Table(demo_api), DEMO_NAME);
    Py_ssize_t modules = Py_REFCNT(demo());
    ASSERT_EQ(Consume(), 0);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(consumed, &demo_api);
    EXPECT_REFERENCES(capsule, 1);
    EXPECT_EQ(Py_REFCNT(demo()), modules);

    PyObject *one = PyLong_FromLong(41);
    PyObject *two = consumed->add_one(one);
    EXPECT_EQ(PyLong_AsLong(two), 42);
    Py_XDECREF(two);
    Py_DECREF(one);
}

TEST_F(PublishedTest, API_11_WithoutTheModule)
{
    rules::Forget("demo");
    ExpectFailure(nullptr, nullptr, PyExc_ModuleNotFoundError,
                  host_profile()->python_2_messages ? "No module named demo"
                                                    : "No module named 'demo'");
}

TEST_F(PublishedTest, API_11_WithoutTheAttribute)
{
    ExpectFailure(demo(), nullptr, PyExc_AttributeError,
                  host_profile()->python_2_messages
                      ? "'module' object has no attribute '_C_API'"
                      : "module 'demo' has no attribute '_C_API'");
}

TEST_F(PublishedTest, API_11_WithoutACapsule)
{
    PyObject *list = PyList_New(0);
    Put(demo(), "_C_API", list);
    ExpectFailure(demo(), list, PyExc_ValueError,
                  "PyCapsule_GetPointer called with "
                  "invalid PyCapsule object");
}

TEST_F(PublishedTest, API_11_WithoutTheName)
{
    for (const char *name : {"demo._C_API_2", (const char *)nullptr}) {
        PyObject *capsule = Publish(demo(), "_C_API", Table(demo_api), name);
        ExpectFailure(demo(), capsule, PyExc_ValueError,
                      "PyCapsule_GetPointer called "
                      "with incorrect name");
    }
}

TEST_F(PublishedTest, API_11_WithoutTheVersion)
{
    const DemoApi newer = {2, AddOne};
    PyObject *capsule = Publish(demo(), "_C_API", Table(newer), DEMO_NAME);
    ExpectFailure(demo(), capsule, PyExc_RuntimeError,
                  "unsupported demo C API version");
}

TEST_F(PublishedTest, API_11_WithoutMemory)
{
    PyObject *capsule = Publish(demo(), "_C_API", Table(demo_api), DEMO_NAME);
    for (size_t nth = 1;; nth++) {
        ASSERT_LT(nth, 1000u);
        if (!host_fail_allocation(nth, HOST_FAIL_ONCE)) {
            GTEST_SKIP() << "the host cannot make allocations fail";
        }
        int status = Consume();
        bool failed = host_allocations() >= nth;
        host_fail_allocation(0, HOST_FAIL_ONCE);
        EXPECT_EQ(status == -1, PyErr_Occurred() != nullptr);
        EXPECT_EQ(status == -1, consumed == nullptr);
        EXPECT_REFERENCES(capsule, 1);
        PyErr_Clear();
        if (!failed) {
            EXPECT_EQ(status, 0);
            break;
        }
    }
}

// --- PUB-1, PUB-2 ------------------------------------------------------------

TEST_F(PublishedTest, PUB_1_ConsumersLeaveTheCapsuleAsItWasPublished)
{
    PyObject *capsule = Publish(demo(), "_C_API", Table(demo_api), DEMO_NAME);
    Fields published = FieldsOf(capsule);
    const DemoApi table = demo_api;
    EXPECT_EQ(Consume(), 0);
    EXPECT_EQ(PyCapsule_Import(DEMO_NAME, 0), &demo_api);
    EXPECT_TRUE(PyCapsule_IsValid(capsule, DEMO_NAME));
    EXPECT_FALSE(PyCapsule_IsValid(capsule, "demo.other"));
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "demo.other"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError));
    EXPECT_EQ(FieldsOf(capsule), published);
    EXPECT_EQ(demo_api.version, table.version);
    EXPECT_EQ(demo_api.add_one, table.add_one);
}

TEST_F(PublishedTest, PUB_2_ANewNameHidesIt)
{
    PyObject *capsule = Publish(demo(), "_C_API", Table(demo_api), DEMO_NAME);
    EXPECT_EQ(Consume(), 0);
    ASSERT_EQ(PyCapsule_SetName(capsule, "demo.renamed"), 0);
    ExpectFailure(demo(), capsule, PyExc_ValueError,
                  "PyCapsule_GetPointer called with "
                  "incorrect name");
    EXPECT_EQ(PyCapsule_Import(DEMO_NAME, 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError));
    ASSERT_EQ(PyCapsule_SetName(capsule, DEMO_NAME), 0);
    EXPECT_EQ(Consume(), 0);
    EXPECT_EQ(PyCapsule_Import(DEMO_NAME, 0), &demo_api);
}

TEST_F(PublishedTest, PUB_2_ConsumersGetTheNewPointer)
{
    DemoApi other = {1, AddOne};
    PyObject *capsule = Publish(demo(), "_C_API", Table(demo_api), DEMO_NAME);
    EXPECT_EQ(Consume(), 0);
    DemoApi *before = consumed;
    ASSERT_EQ(PyCapsule_SetPointer(capsule, &other), 0);
    EXPECT_EQ(before, &demo_api) << "what was handed out does not change";
    EXPECT_EQ(Consume(), 0);
    EXPECT_EQ(consumed, &other);
    EXPECT_EQ(PyCapsule_Import(DEMO_NAME, 0), &other);
}

} // namespace
