// Sections 66.20 and 66.21 of the Capsules chapter: two extensions, one of
// which calls a function of the other.

#include <string>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"
#include "tests/samples/samples.h"

namespace {

using rules::NothingRaised;
using rules::Put;
using rules::Raised;

const rules::BeforeStart announce([] {
    PyImport_AppendInittab("demo", PyInit_demo);
    PyImport_AppendInittab("demo_consumer", PyInit_demo_consumer);
});

// The layout of the table of 66.20, as its consumers know it.
struct Table {
    int version;
    PyObject *(*add_one)(PyObject *);
};

class DemoTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        consumer_ = PyImport_ImportModule("demo_consumer");
        ASSERT_NE(consumer_, nullptr);
    }

    void TearDown() override
    {
        demo_consumer_forget_table();
        Py_CLEAR(consumer_);
        rules::Forget("demo_consumer");
        rules::Forget("demo");
        CapsuleTest::TearDown();
    }

    // Calls demo_consumer.call_add_one() with arguments in a Py_BuildValue
    // format.
    template <typename... Values>
    PyObject *CallAddOne(const char *format, Values... values)
    {
        return PyObject_CallMethod(consumer_, "call_add_one", format,
                                   values...);
    }

    // Returns a result as a number; fails the test and returns -1 if the call
    // failed.
    static long Number(PyObject *result)
    {
        EXPECT_TRUE(NothingRaised());
        long number = result ? PyLong_AsLong(result) : -1;
        Py_XDECREF(result);
        return number;
    }

    // Sets demo._C_API to a capsule of this table.
    static void Replace(Table *table, const char *name)
    {
        PyObject *demo = PyImport_ImportModule("demo");
        ASSERT_NE(demo, nullptr);
        Put(demo, "_C_API", PyCapsule_New(table, name, nullptr));
        Py_DECREF(demo);
    }

  private:
    PyObject *consumer_ = nullptr;
};

TEST_F(DemoTest, TheProducerPublishesItsTable)
{
    PyObject *demo = PyImport_ImportModule("demo");
    ASSERT_NE(demo, nullptr);
    PyObject *capsule = PyObject_GetAttrString(demo, "_C_API");
    ASSERT_NE(capsule, nullptr);
    EXPECT_TRUE(PyCapsule_CheckExact(capsule));
    EXPECT_STREQ(PyCapsule_GetName(capsule), "demo._C_API");
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), nullptr);
    Table *table = static_cast<Table *>(PyCapsule_Import("demo._C_API", 0));
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table, PyCapsule_GetPointer(capsule, "demo._C_API"));
    EXPECT_EQ(table->version, 1);
    Py_DECREF(capsule);
    Py_DECREF(demo);
}

TEST_F(DemoTest, TheConsumerCallsAddOneThroughTheCapsule)
{
    EXPECT_FALSE(demo_consumer_has_table());
    EXPECT_EQ(Number(CallAddOne("i", 41)), 42);
    EXPECT_TRUE(demo_consumer_has_table());
    EXPECT_EQ(Number(CallAddOne("l", -2L)), -1);
}

TEST_F(DemoTest, TheTableIsAskedForOnce)
{
    EXPECT_EQ(Number(CallAddOne("i", 1)), 2);
    Table other = {1, [](PyObject *) { return PyLong_FromLong(-7); }};
    Replace(&other, "demo._C_API");
    EXPECT_EQ(Number(CallAddOne("i", 1)), 2) << "through the table it has";
    demo_consumer_forget_table();
    EXPECT_EQ(Number(CallAddOne("i", 1)), -7) << "through the new one";
}

TEST_F(DemoTest, ExceptionsOfTheTableArePassedOn)
{
    EXPECT_EQ(CallAddOne("s", "one"), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "'str' object cannot be interpreted as an integer"));
}

TEST_F(DemoTest, TheConsumerCountsItsArguments)
{
    EXPECT_EQ(CallAddOne(nullptr), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "function takes exactly 1 argument (0 given)"));
    EXPECT_EQ(CallAddOne("ii", 1, 2), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "function takes exactly 1 argument (2 given)"));
    EXPECT_FALSE(demo_consumer_has_table());
}

PyObject *MustNotBeCalled(PyObject *)
{
    ADD_FAILURE() << "called through a table that was refused";
    return nullptr;
}

TEST_F(DemoTest, AnotherVersionIsRefusedAndNotKept)
{
    for (int version : {0, 2, -1}) {
        Table other = {version, MustNotBeCalled};
        Replace(&other, "demo._C_API");
        EXPECT_EQ(CallAddOne("i", 1), nullptr);
        EXPECT_TRUE(
            Raised(PyExc_RuntimeError, "unsupported demo C API version"));
        EXPECT_FALSE(demo_consumer_has_table());
        EXPECT_EQ(CallAddOne("i", 1), nullptr) << "asked again, not kept";
        EXPECT_TRUE(Raised(PyExc_RuntimeError));
    }
}

TEST_F(DemoTest, AnotherNameIsRefused)
{
    Table other = {1, MustNotBeCalled};
    for (const char *name : {"demo._C_API2", (const char *)nullptr}) {
        Replace(&other, name);
        EXPECT_EQ(CallAddOne("i", 1), nullptr);
        EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetPointer called with "
                                             "incorrect name"));
        EXPECT_FALSE(demo_consumer_has_table());
    }
}

TEST_F(DemoTest, WithoutTheAttributeThereIsAnAttributeError)
{
    PyObject *demo = PyImport_ImportModule("demo");
    ASSERT_EQ(PyObject_DelAttrString(demo, "_C_API"), 0);
    Py_DECREF(demo);
    EXPECT_EQ(CallAddOne("i", 1), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError,
                       "module 'demo' has no attribute '_C_API'"));
}

TEST_F(DemoTest, TheConsumerKeepsNoReference)
{
    PyObject *demo = PyImport_ImportModule("demo");
    PyObject *capsule = PyObject_GetAttrString(demo, "_C_API");
    Py_ssize_t modules = Py_REFCNT(demo), capsules = Py_REFCNT(capsule);
    EXPECT_EQ(Number(CallAddOne("i", 41)), 42);
    EXPECT_EQ(Py_REFCNT(demo), modules);
    EXPECT_EQ(Py_REFCNT(capsule), capsules);
    Py_DECREF(capsule);
    Py_DECREF(demo);
}

} // namespace
