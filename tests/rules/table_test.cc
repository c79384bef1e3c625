// Section 9 of docs/contract.md: editions of a table of functions.
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "capsule/api_table.h"
#include "tests/rules/demo_module.h"
#include "tests/rules/guarded.h"
#include "tests/rules/misuse.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

// Three editions of a table. The second appends a member. The third moves
// members, so it would need a new version.
struct OldTable {
    API_TABLE_HEAD
    PyObject *(*one)(PyObject *);
};

struct GrownTable {
    API_TABLE_HEAD
    PyObject *(*one)(PyObject *);
    PyObject *(*two)(PyObject *);
};

struct MovedTable {
    API_TABLE_HEAD
    int flags;
    PyObject *(*one)(PyObject *);
};

API_TABLE_KEEPS(OldTable, GrownTable, one);

PyObject *One(PyObject *) { return PyLong_FromLong(1); }
PyObject *Two(PyObject *) { return PyLong_FromLong(2); }

const OldTable old_table = {API_TABLE(OldTable, 1), One};
const GrownTable grown_table = {API_TABLE(GrownTable, 1), One, Two};

class TableTest : public DemoTest {
  protected:
    // Publishes a table with this version and size.
    void PublishHead(int version, size_t size)
    {
        table_ = grown_table;
        table_.version = version;
        table_.size = size;
        PublishTable(&table_);
    }

    void PublishTable(const void *table)
    {
        ASSERT_EQ(api_table_publish(demo(), "_C_API", DEMO_NAME, table), 0);
    }

    // Succeeds if a consumer with this version and prefix accepts the published
    // table.
    ::testing::AssertionResult Accepts(int version, size_t prefix)
    {
        const void *table = api_table_import(DEMO_NAME, version, prefix);
        if (!table) {
            PyErr_Clear();
            return ::testing::AssertionFailure() << "refused";
        }
        return NothingRaised();
    }

    // Succeeds if such a consumer refuses the table with this message.
    ::testing::AssertionResult Refuses(int version, size_t prefix,
                                       const std::string &message)
    {
        if (api_table_import(DEMO_NAME, version, prefix)) {
            return ::testing::AssertionFailure() << "accepted";
        }
        return Raised(PyExc_RuntimeError, DEMO_NAME + (": " + message));
    }

  private:
    GrownTable table_;
};

const size_t prefix = sizeof(OldTable);

// --- API-1: the capsule ------------------------------------------------------

// No function dereferences the pointer.
TEST_F(TableTest, API_1_NothingIsReadThroughThePointer)
{
    Guarded guarded("", 1);
    void *unreadable = guarded.page();
    PyObject *capsule = PyCapsule_New(unreadable, DEMO_NAME, LogDestructor);
    ASSERT_EQ(PyObject_SetAttrString(demo(), "_C_API", capsule), 0);
    EXPECT_EQ(PyCapsule_Import(DEMO_NAME, 0), unreadable);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, DEMO_NAME), unreadable);
    EXPECT_TRUE(PyCapsule_IsValid(capsule, DEMO_NAME));
    EXPECT_EQ(PyCapsule_SetContext(capsule, unreadable), 0);
    EXPECT_EQ(PyCapsule_SetPointer(capsule, unreadable), 0);
    Py_XDECREF(PyObject_Repr(capsule));
    ASSERT_EQ(PyObject_DelAttrString(demo(), "_C_API"), 0);
    Py_DECREF(capsule);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
}

// A capsule does not know the layout: a table with another layout is returned
// like any other.
TEST_F(TableTest, API_1_ALayoutIsNotChecked)
{
    const char no_table[] = "no table at all";
    PublishTable(no_table);
    EXPECT_EQ(PyCapsule_Import(DEMO_NAME, 0), no_table);
    EXPECT_TRUE(NothingRaised());
}

// --- API-2: the version ------------------------------------------------------

TEST_F(TableTest, API_2_TheVersionThatIsAskedForIsAccepted)
{
    for (int version : {1, 2, 0, -1, INT_MAX, INT_MIN}) {
        PublishHead(version, prefix);
        EXPECT_TRUE(Accepts(version, prefix)) << version;
    }
}

TEST_F(TableTest, API_2_AnyOtherVersionIsRefused)
{
    for (int version : {0, 2, 3, -1, INT_MAX, INT_MIN, 1 + (1 << 8),
                        1 + (1 << 16), 1 + (1 << 24)}) {
        PublishHead(version, prefix);
        EXPECT_TRUE(Refuses(1, prefix,
                            "table of version " + std::to_string(version) +
                                ", but only 1 is supported"));
    }
}

TEST_F(TableTest, API_2_NothingIsKeptOfARefusedTable)
{
    PublishTable(&old_table);
    const OldTable *kept = API_TABLE_IMPORT(OldTable, DEMO_NAME, 1);
    EXPECT_EQ(kept, &old_table);
    PublishHead(2, prefix);
    kept = API_TABLE_IMPORT(OldTable, DEMO_NAME, 1);
    EXPECT_EQ(kept, nullptr);
    EXPECT_TRUE(Raised(PyExc_RuntimeError));
}

// --- API-3: the size ---------------------------------------------------------

TEST_F(TableTest, API_3_TheSameSizeOrMoreIsAccepted)
{
    for (size_t size :
         {prefix, prefix + 1, sizeof(GrownTable), SIZE_MAX - 1, SIZE_MAX}) {
        PublishHead(1, size);
        EXPECT_TRUE(Accepts(1, prefix)) << size;
    }
}

TEST_F(TableTest, API_3_LessIsRefused)
{
    for (size_t size : {(size_t)0, (size_t)1, sizeof(api_table_head) - 1,
                        sizeof(api_table_head), prefix - 1}) {
        PublishHead(1, size);
        EXPECT_TRUE(Refuses(1, prefix,
                            "table of " + std::to_string(size) +
                                " bytes, but " + std::to_string(prefix) +
                                " are needed"));
    }
}

TEST_F(TableTest, API_3_TheLargestPrefixNeedsTheLargestSize)
{
    PublishHead(1, SIZE_MAX - 1);
    EXPECT_FALSE(Accepts(1, SIZE_MAX));
    PublishHead(1, SIZE_MAX);
    EXPECT_TRUE(Accepts(1, SIZE_MAX));
}

// A table that claims to be shorter than its head is refused.
TEST_F(TableTest, API_3_AtLeastTheHeadIsNeeded)
{
    for (size_t asked_for : {(size_t)0, (size_t)1, sizeof(api_table_head)}) {
        PublishHead(1, sizeof(api_table_head) - 1);
        EXPECT_FALSE(Accepts(1, asked_for)) << asked_for;
        PublishHead(1, sizeof(api_table_head));
        EXPECT_TRUE(Accepts(1, asked_for)) << asked_for;
    }
}

// --- API-4: how tables grow --------------------------------------------------

long Number(PyObject *result)
{
    long number = result ? PyLong_AsLong(result) : -1;
    Py_XDECREF(result);
    return number;
}

TEST_F(TableTest, API_4_AnOldConsumerUsesAGrownTable)
{
    PublishTable(&grown_table);
    const OldTable *table = API_TABLE_IMPORT(OldTable, DEMO_NAME, 1);
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(Number(table->one(Py_None)), 1);
}

TEST_F(TableTest, API_4_ANewConsumerNoticesMissingMembers)
{
    PublishTable(&old_table);
    EXPECT_EQ(API_TABLE_IMPORT(GrownTable, DEMO_NAME, 1), nullptr);
    EXPECT_TRUE(Raised(PyExc_RuntimeError));
    // A consumer that does not need `two` asks for the prefix before it.
    const GrownTable *table = static_cast<const GrownTable *>(
        api_table_import(DEMO_NAME, 1, offsetof(GrownTable, two)));
    ASSERT_NE(table, nullptr);
    EXPECT_TRUE(API_TABLE_HAS(table, GrownTable, one));
    EXPECT_FALSE(API_TABLE_HAS(table, GrownTable, two));

    PublishTable(&grown_table);
    table = API_TABLE_IMPORT(GrownTable, DEMO_NAME, 1);
    ASSERT_NE(table, nullptr);
    EXPECT_TRUE(API_TABLE_HAS(table, GrownTable, two));
    EXPECT_EQ(Number(table->two(Py_None)), 2);
}

TEST_F(TableTest, API_4_AMovedMemberIsSeenByTheCompiler)
{
    EXPECT_TRUE(API_TABLE_SAME_PLACE(OldTable, GrownTable, one));
    EXPECT_FALSE(API_TABLE_SAME_PLACE(OldTable, MovedTable, one));
}

TEST_F(TableTest, API_4_HalfAMemberDoesNotCount)
{
    GrownTable table = grown_table;
    table.size = sizeof(GrownTable) - 1;
    EXPECT_FALSE(API_TABLE_HAS(&table, GrownTable, two));
    table.size = sizeof(GrownTable);
    EXPECT_TRUE(API_TABLE_HAS(&table, GrownTable, two));
}

// --- API-5, API-6: what a consumer reads, and when ---------------------------

TEST_F(TableTest, API_5_NothingIsReadBehindTheTable)
{
    Guarded table(&old_table, sizeof old_table);
    PublishTable(table.get());
    EXPECT_TRUE(Accepts(1, prefix));
    EXPECT_TRUE(
        Refuses(1, sizeof(GrownTable), "table of 24 bytes, but 32 are needed"));
    EXPECT_TRUE(Refuses(1, SIZE_MAX,
                        "table of 24 bytes, but 18446744073709551615 are "
                        "needed"));
}

TEST_F(TableTest, API_5_NothingIsReadBehindTheHead)
{
    for (size_t size :
         {(size_t)0, (size_t)1, sizeof(api_table_head), SIZE_MAX}) {
        const api_table_head head = {1, size};
        Guarded table(&head, sizeof head);
        PublishTable(table.get());
        bool accepted = api_table_import(DEMO_NAME, 1, prefix) != nullptr;
        PyErr_Clear();
        EXPECT_EQ(accepted, size >= prefix);
    }
}

TEST_F(TableTest, API_6_OfAnotherVersionNotEvenTheSizeIsRead)
{
    const int version = 2;
    Guarded table(&version, sizeof version);
    PublishTable(table.get());
    EXPECT_TRUE(
        Refuses(1, prefix, "table of version 2, but only 1 is supported"));
}

TEST_F(TableTest, API_6_TheNameIsCheckedBeforeAnythingIsRead)
{
    Guarded guarded("", 1);
    PyObject *capsule = PyCapsule_New(guarded.page(), "demo._other", nullptr);
    EXPECT_EQ(api_table_get(capsule, DEMO_NAME, 1, prefix), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetPointer called with "
                                         "incorrect name"));
    Put(demo(), "_C_API", capsule);
    EXPECT_EQ(api_table_import(DEMO_NAME, 1, prefix), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError));
}

TEST_F(TableTest, API_6_WithoutAPointerTheExceptionStays)
{
    PendingException before;
    EXPECT_EQ(api_table_check(nullptr, DEMO_NAME, 1, prefix), nullptr);
    EXPECT_TRUE(before.StillPending());
    EXPECT_EQ(api_table_get(Py_None, DEMO_NAME, 1, prefix), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError, "PyCapsule_GetPointer called with "
                                         "invalid PyCapsule object"));
}

// --- LIFE-3: the table is borrowed
// ---------------------------------------------

TEST_F(TableTest, LIFE_3_WhoTakesATableHoldsNoCapsule)
{
    PyObject *capsule =
        PyCapsule_New(const_cast<OldTable *>(&old_table), DEMO_NAME, nullptr);
    EXPECT_EQ(API_TABLE_GET(OldTable, capsule, DEMO_NAME, 1), &old_table);
    EXPECT_EQ(Py_REFCNT(capsule), 1);
    Py_DECREF(capsule);
}

// --- API-12: constant tables -------------------------------------------------

TEST_F(TableTest, API_12_AConstantTableServesAsWell)
{
    const OldTable before = old_table;
    PublishTable(&old_table);
    EXPECT_EQ(API_TABLE_IMPORT(OldTable, DEMO_NAME, 1), &old_table);
    EXPECT_EQ(std::memcmp(&before, &old_table, sizeof before), 0);
}

using TableDeathTest = TableTest;

TEST_F(TableDeathTest, API_12_WritingIntoAConstantTableIsAFault)
{
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    PublishTable(&old_table);
    auto write = [] {
        auto *table =
            static_cast<volatile OldTable *>(PyCapsule_Import(DEMO_NAME, 0));
        table->version = 2;
    };
    EXPECT_MISUSE_IS_SEEN(write(), SanitizerReportsBlock("SEGV"));
}

// --- API-14: capsules without a name -----------------------------------------

TEST_F(TableTest, API_14_WithoutANameOneIsTakenForTheOther)
{
    int other;
    PyObject *mine = PyCapsule_New(Table(demo_api), nullptr, nullptr);
    PyObject *theirs = PyCapsule_New(&other, nullptr, nullptr);
    EXPECT_TRUE(PyCapsule_IsValid(mine, nullptr));
    EXPECT_TRUE(PyCapsule_IsValid(theirs, nullptr));
    EXPECT_EQ(PyCapsule_GetPointer(theirs, nullptr), &other);
    EXPECT_TRUE(NothingRaised());

    ASSERT_EQ(PyCapsule_SetName(mine, DEMO_NAME), 0);
    ASSERT_EQ(PyCapsule_SetName(theirs, "other._C_API"), 0);
    EXPECT_TRUE(PyCapsule_IsValid(mine, DEMO_NAME));
    EXPECT_FALSE(PyCapsule_IsValid(theirs, DEMO_NAME));
    Py_DECREF(mine);
    Py_DECREF(theirs);
}

TEST_F(TableTest, API_14_ATableWithoutANameIsCheckedLikeAnyOther)
{
    const api_table_head newer = {2, prefix};
    PyObject *capsule =
        PyCapsule_New(const_cast<api_table_head *>(&newer), nullptr, nullptr);
    EXPECT_EQ(api_table_get(capsule, nullptr, 1, prefix), nullptr);
    EXPECT_TRUE(Raised(PyExc_RuntimeError,
                       "capsule without a name: table of version 2, but only "
                       "1 is supported"));
    EXPECT_EQ(api_table_get(capsule, nullptr, 2, prefix + 1), nullptr);
    EXPECT_TRUE(Raised(PyExc_RuntimeError,
                       "capsule without a name: table of 24 bytes, but 25 are "
                       "needed"));
    Py_DECREF(capsule);
}

// --- API-15: where a table lives ---------------------------------------------

// Publishes a table that lives on this function's stack.
__attribute__((noinline)) void PublishLocalTable(PyObject *module)
{
    OldTable local = {API_TABLE(OldTable, 1), One};
    OldTable *volatile escaped = &local;
    api_table_publish(module, "_C_API", DEMO_NAME, escaped);
}

TEST_F(TableDeathTest, API_15_ATableOnTheStackIsGoneAtReturn)
{
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    auto publish_and_use = [this] {
        PublishLocalTable(demo());
        api_table_import(DEMO_NAME, 1, prefix);
    };
    EXPECT_MISUSE_IS_SEEN(publish_and_use(),
                          SanitizerReportsBlock("stack-use-after-return"));
}

TEST_F(TableTest, API_15_AStaticTableStays)
{
    static const OldTable table = {API_TABLE(OldTable, 1), One};
    PublishTable(&table);
    EXPECT_TRUE(Accepts(1, prefix));
    EXPECT_TRUE(Accepts(1, prefix));
}

} // namespace
} // namespace rules
