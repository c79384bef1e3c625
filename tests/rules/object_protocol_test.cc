// Section 1 of docs/contract.md, TYPE-7: Python code can do almost nothing with
// a capsule.

#include <algorithm>
#include <string>

#include "tests/rules/fields.h"
#include "tests/rules/support.h"

namespace {

using rules::Fields;
using rules::FieldsOf;
using rules::NothingRaised;
using rules::Raised;

const char NAME[] = "demo._C_API";

class ObjectProtocolTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        capsule_ = PyCapsule_New(&payload_, NAME, nullptr);
        ASSERT_NE(capsule_, nullptr);
        before_ = FieldsOf(capsule_);
    }

    void TearDown() override
    {
        // No operation of the tests may change a field.
        EXPECT_EQ(FieldsOf(capsule_), before_);
        EXPECT_EQ(Py_REFCNT(capsule_), 1);
        Py_XDECREF(capsule_);
        CapsuleTest::TearDown();
    }

    int payload_ = 0;
    PyObject *capsule_ = nullptr;
    Fields before_;
};

TEST_F(ObjectProtocolTest, TYPE_7_IsNotCallable)
{
    EXPECT_FALSE(PyCallable_Check(capsule_));
    EXPECT_EQ(PyObject_CallObject(capsule_, nullptr), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, "'PyCapsule' object is not callable"));
}

TEST_F(ObjectProtocolTest, TYPE_7_IsNotIterable)
{
    EXPECT_EQ(PyObject_GetIter(capsule_), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, "'PyCapsule' object is not iterable"));
}

TEST_F(ObjectProtocolTest, TYPE_7_HasNoLength)
{
    EXPECT_EQ(PyObject_Size(capsule_), -1);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "object of type 'PyCapsule' has no len()"));
}

TEST_F(ObjectProtocolTest, TYPE_7_HasNoItems)
{
    PyObject *zero = PyLong_FromLong(0);
    EXPECT_EQ(PyObject_GetItem(capsule_, zero), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       host_profile()->python_2_messages
                           ? "'PyCapsule' object has no attribute '__getitem__'"
                           : "'PyCapsule' object is not subscriptable"));
    Py_DECREF(zero);
}

TEST_F(ObjectProtocolTest, TYPE_7_DoesNotAdd)
{
    EXPECT_EQ(PyNumber_Add(capsule_, capsule_), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "unsupported operand type(s) for +: 'PyCapsule' and "
                       "'PyCapsule'"));
    PyObject *one = PyLong_FromLong(1);
    EXPECT_EQ(PyNumber_Add(one, capsule_), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError,
               "unsupported operand type(s) for +: 'int' and 'PyCapsule'"));
    Py_DECREF(one);
}

TEST_F(ObjectProtocolTest, TYPE_7_IsTrue)
{
    EXPECT_EQ(PyObject_IsTrue(capsule_), 1);
    EXPECT_TRUE(NothingRaised());
}

TEST_F(ObjectProtocolTest, TYPE_7_EqualsItselfOnly)
{
    // `twin` has the same four fields.
    PyObject *twin = PyCapsule_New(&payload_, NAME, nullptr);
    ASSERT_EQ(FieldsOf(twin), FieldsOf(capsule_));
    EXPECT_EQ(PyObject_RichCompareBool(capsule_, capsule_, Py_EQ), 1);
    EXPECT_EQ(PyObject_RichCompareBool(capsule_, twin, Py_EQ), 0);
    EXPECT_EQ(PyObject_RichCompareBool(capsule_, twin, Py_NE), 1);
    EXPECT_EQ(PyObject_RichCompareBool(capsule_, Py_None, Py_EQ), 0);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(twin);
}

TEST_F(ObjectProtocolTest, TYPE_7_HasNoOrder)
{
    if (host_profile()->objects_have_an_order) {
        GTEST_SKIP() << "all objects have an order in this profile";
    }
    PyObject *twin = PyCapsule_New(&payload_, NAME, nullptr);
    const struct {
        int op;
        const char *symbol;
    } orders[] = {{Py_LT, "<"}, {Py_LE, "<="}, {Py_GT, ">"}, {Py_GE, ">="}};
    for (const auto &order : orders) {
        EXPECT_EQ(PyObject_RichCompare(capsule_, twin, order.op), nullptr);
        EXPECT_TRUE(
            Raised(PyExc_TypeError, "'" + std::string(order.symbol) +
                                        "' not supported between instances of "
                                        "'PyCapsule' and 'PyCapsule'"));
    }
    Py_DECREF(twin);
}

TEST_F(ObjectProtocolTest, TYPE_7_IsOrderedByAddressWhereAllObjectsAre)
{
    if (!host_profile()->objects_have_an_order) {
        GTEST_SKIP() << "objects have no order in this profile";
    }
    PyObject *twin = PyCapsule_New(&payload_, NAME, nullptr);
    PyObject *low = std::min(capsule_, twin), *high = std::max(capsule_, twin);
    for (int op : {Py_LT, Py_LE}) {
        EXPECT_EQ(PyObject_RichCompareBool(low, high, op), 1);
        EXPECT_EQ(PyObject_RichCompareBool(high, low, op), 0);
    }
    for (int op : {Py_GT, Py_GE}) {
        EXPECT_EQ(PyObject_RichCompareBool(low, high, op), 0);
        EXPECT_EQ(PyObject_RichCompareBool(high, low, op), 1);
    }
    EXPECT_EQ(PyObject_RichCompareBool(low, low, Py_LE), 1);
    EXPECT_EQ(PyObject_RichCompareBool(low, low, Py_LT), 0);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(twin);
}

TEST_F(ObjectProtocolTest, TYPE_7_HashesByIdentity)
{
    Py_hash_t hash = PyObject_Hash(capsule_);
    EXPECT_NE(hash, -1);
    EXPECT_TRUE(NothingRaised());
    // A hash of the fields would change with them.
    int other = 0;
    ASSERT_EQ(PyCapsule_SetPointer(capsule_, &other), 0);
    ASSERT_EQ(PyCapsule_SetName(capsule_, "other"), 0);
    ASSERT_EQ(PyCapsule_SetContext(capsule_, &other), 0);
    EXPECT_EQ(PyObject_Hash(capsule_), hash);
    PyCapsule_SetPointer(capsule_, before_.pointer);
    PyCapsule_SetName(capsule_, before_.name);
    PyCapsule_SetContext(capsule_, before_.context);
}

TEST_F(ObjectProtocolTest, TYPE_7_IsAKeyByIdentity)
{
    PyObject *twin = PyCapsule_New(&payload_, NAME, nullptr);
    PyObject *dict = PyDict_New();
    ASSERT_EQ(PyDict_SetItem(dict, capsule_, Py_None), 0);
    EXPECT_EQ(PyDict_GetItem(dict, capsule_), Py_None);
    EXPECT_EQ(PyDict_GetItem(dict, twin), nullptr);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(dict);
    Py_DECREF(twin);
}

TEST_F(ObjectProtocolTest, TYPE_7_HasNoAttributes)
{
    for (const char *name : {"pointer", "name", "context", "__dict__"}) {
        EXPECT_EQ(PyObject_GetAttrString(capsule_, name), nullptr);
        EXPECT_TRUE(Raised(PyExc_AttributeError,
                           "'PyCapsule' object has no attribute '" +
                               std::string(name) + "'"));
        EXPECT_EQ(PyObject_HasAttrString(capsule_, name), 0);
        EXPECT_TRUE(NothingRaised());
    }
}

TEST_F(ObjectProtocolTest, TYPE_7_TakesNoAttributes)
{
    EXPECT_EQ(PyObject_SetAttrString(capsule_, "zz", Py_None), -1);
    EXPECT_TRUE(Raised(PyExc_AttributeError));
    EXPECT_EQ(PyObject_HasAttrString(capsule_, "zz"), 0);
}

TEST_F(ObjectProtocolTest, TYPE_7_TakesNoWeakReferences)
{
    EXPECT_EQ(PyWeakref_NewRef(capsule_, nullptr), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "cannot create weak reference to 'PyCapsule' object"));
}

TEST_F(ObjectProtocolTest, TYPE_7_IsNotSmallerThanAnObject)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY(); // PyPy has no object sizes
    PyObject *size = PyObject_CallMethod(capsule_, "__sizeof__", nullptr);
    ASSERT_NE(size, nullptr);
    // The implementation decides where it stores the fields; the head is the
    // least it needs.
    EXPECT_GE(PyLong_AsLong(size), (long)sizeof(PyObject));
    Py_DECREF(size);
}

} // namespace
