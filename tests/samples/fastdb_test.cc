// Sections 66.4, 66.5, 66.7 and 66.9 of the Capsules chapter: a module with a
// table, and a consumer of the table.

#include <string>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"
#include "tests/samples/samples.h"

namespace {

using rules::NothingRaised;
using rules::Put;
using rules::Raised;

const rules::BeforeStart announce([] {
    PyImport_AppendInittab("fastdb", PyInit_fastdb);
});

class FastdbTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        ASSERT_EQ(fastdb_open_contexts(), 0);
        module_ = PyImport_ImportModule("fastdb");
        ASSERT_NE(module_, nullptr);
    }

    void TearDown() override
    {
        Py_CLEAR(module_);
        rules::Forget("fastdb");
        EXPECT_EQ(fastdb_open_contexts(), 0) << "connections were not closed";
        CapsuleTest::TearDown();
    }

    PyObject *module() const { return module_; }

    // Returns the table, by the steps of sections 66.5 and 66.7.
    FastDB_APIObject *Table()
    {
        PyObject *capsule = PyObject_GetAttrString(module_, "_C_API");
        FastDB_APIObject *table = nullptr;
        EXPECT_EQ(sample_consume(capsule, &table), 0);
        EXPECT_TRUE(NothingRaised());
        Py_XDECREF(capsule);
        return table;
    }

    // Returns the number that a statement results in.
    long Execute(PyObject *conn, const char *sql)
    {
        PyObject *result = Table()->execute(conn, sql);
        EXPECT_TRUE(NothingRaised()) << sql;
        long number = result && result != Py_None ? PyLong_AsLong(result) : 0;
        Py_XDECREF(result);
        return number;
    }

  private:
    PyObject *module_ = nullptr;
};

TEST_F(FastdbTest, TheTableIsFoundByImportAndAttribute)
{
    void *pointer = nullptr;
    ASSERT_EQ(sample_retrieve(&pointer), 0);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(pointer, Table());
    EXPECT_EQ(pointer, PyCapsule_Import("fastdb._C_API", 0));
}

TEST_F(FastdbTest, EachStepOfTheWayThereCanFail)
{
    void *pointer;
    PyObject *capsule = PyObject_GetAttrString(module(), "_C_API");
    void *table = PyCapsule_GetPointer(capsule, "fastdb._C_API");
    Put(module(), "_C_API", PyCapsule_New(table, "otherdb._C_API", nullptr));
    EXPECT_EQ(sample_retrieve(&pointer), -1);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
    ASSERT_EQ(PyObject_DelAttrString(module(), "_C_API"), 0);
    EXPECT_EQ(sample_retrieve(&pointer), -1);
    EXPECT_TRUE(Raised(PyExc_AttributeError,
                       "module 'fastdb' has no attribute '_C_API'"));
    PyDict_SetItemString(PyImport_GetModuleDict(), "fastdb", Py_None);
    EXPECT_EQ(sample_retrieve(&pointer), -1);
    EXPECT_TRUE(Raised(PyExc_ModuleNotFoundError));
    Put(module(), "_C_API", capsule);
}

TEST_F(FastdbTest, ConnectExecuteClose)
{
    FastDB_APIObject *api = Table();
    PyObject *conn = api->connect("data.db");
    ASSERT_NE(conn, nullptr);
    EXPECT_EQ(fastdb_open_contexts(), 1);
    EXPECT_EQ(Execute(conn, "SELECT COUNT"), 0);
    Execute(conn, "INSERT 40");
    Execute(conn, "INSERT 2");
    EXPECT_EQ(Execute(conn, "SELECT COUNT"), 2);
    EXPECT_EQ(Execute(conn, "SELECT SUM"), 42);
    api->close(conn);
    EXPECT_EQ(fastdb_open_contexts(), 0);
    EXPECT_EQ(api->execute(conn, "SELECT SUM"), nullptr);
    EXPECT_TRUE(Raised(PyExc_RuntimeError, "connection is closed"));
    api->close(conn);
    Py_DECREF(conn);
}

TEST_F(FastdbTest, TheDestructorClosesAnOpenConnection)
{
    PyObject *conn = Table()->connect("data.db");
    Execute(conn, "INSERT 1");
    Py_INCREF(conn);
    Py_DECREF(conn);
    EXPECT_EQ(fastdb_open_contexts(), 1);
    Py_DECREF(conn);
    host_collect();
    EXPECT_EQ(fastdb_open_contexts(), 0);
}

TEST_F(FastdbTest, ConnectionsAreSeparate)
{
    PyObject *a = Table()->connect("a.db"), *b = Table()->connect("b.db");
    Execute(a, "INSERT 1");
    EXPECT_EQ(Execute(b, "SELECT COUNT"), 0);
    Py_DECREF(a);
    EXPECT_EQ(Execute(b, "SELECT COUNT"), 0);
    Py_DECREF(b);
}

TEST_F(FastdbTest, AnArgumentThatIsNotAConnectionIsAnError)
{
    FastDB_APIObject *api = Table();
    EXPECT_EQ(api->execute(Py_None, "SELECT SUM"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetPointer called with "
                                         "invalid PyCapsule object"));
    PyObject *table = PyObject_GetAttrString(module(), "_C_API");
    EXPECT_EQ(api->execute(table, "SELECT SUM"), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError,
                       "PyCapsule_GetPointer called with incorrect name"));
    // close() returns no status, so it cannot report the error.
    api->close(table);
    api->close(Py_None);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(table);
}

TEST_F(FastdbTest, AnUnknownStatementIsAnError)
{
    PyObject *conn = Table()->connect("data.db");
    for (const char *sql :
         {"", "DROP", "INSERT ", "INSERT x", "INSERT 1 2", "SELECT COUNTER"}) {
        EXPECT_EQ(Table()->execute(conn, sql), nullptr) << sql;
        EXPECT_TRUE(Raised(PyExc_ValueError,
                           std::string("no statement of fastdb: ") + sql));
    }
    Py_DECREF(conn);
}

TEST_F(FastdbTest, PythonHasItsOwnFunctions)
{
    PyObject *conn = PyObject_CallMethod(module(), "connect", "s", "data.db");
    ASSERT_NE(conn, nullptr);
    PyObject *none =
        PyObject_CallMethod(module(), "execute", "Os", conn, "INSERT 7");
    EXPECT_EQ(none, Py_None);
    Py_XDECREF(none);
    EXPECT_EQ(Execute(conn, "SELECT SUM"), 7);
    EXPECT_EQ(PyObject_CallMethod(module(), "execute", "O", conn), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "execute() takes exactly 2 arguments (1 given)"));
    EXPECT_EQ(PyObject_CallMethod(module(), "connect", "i", 1), nullptr);
    EXPECT_TRUE(
        Raised(PyExc_TypeError, "connect() argument 1 must be str, not int"));
    Py_XDECREF(PyObject_CallMethod(module(), "close", "O", conn));
    EXPECT_EQ(fastdb_open_contexts(), 0);
    Py_DECREF(conn);
}

TEST_F(FastdbTest, TheConsumerOf66_7ChecksTheVersion)
{
    PyObject *capsule = sample_export_table();
    FastDB_APIObject *table = nullptr;
    ASSERT_EQ(sample_consume(capsule, &table), 0);
    EXPECT_EQ(table, Table());
    FastDB_APIObject newer = *table;
    newer.api_version = 2;
    ASSERT_EQ(PyCapsule_SetPointer(capsule, &newer), 0);
    table = nullptr;
    EXPECT_EQ(sample_consume(capsule, &table), -1);
    EXPECT_TRUE(Raised(PyExc_RuntimeError, "unsupported fastdb C API version"));
    EXPECT_EQ(table, nullptr);
    Py_DECREF(capsule);
}

} // namespace
