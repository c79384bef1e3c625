// Sections 66.8 and 66.19 of the Capsules chapter: layouts of tables, and
// results of their functions.

#include <cstddef>
#include <cstring>

#include "capsule/api_table.h"
#include "tests/rules/support.h"
#include "tests/samples/samples.h"

namespace {

using rules::NothingRaised;
using rules::Raised;

class LayoutsTest : public rules::CapsuleTest {};

void A() {}
void B() {}

// --- the bad design ----------------------------------------------------------

TEST_F(LayoutsTest, AnInsertedMemberTakesThePlaceOfAFunction)
{
    // An old consumer reads the inserted field of the changed table as `b`.
    const BadAPIChanged changed = {A, 0x5a5a5a5a, B};
    BadAPI seen;
    std::memcpy(&seen, &changed, sizeof seen);
    EXPECT_EQ(seen.a, A);
    EXPECT_NE(seen.b, B) << "calling it would jump into a number";
    int where_b_was;
    std::memcpy(&where_b_was, &seen.b, sizeof where_b_was);
    EXPECT_EQ(where_b_was, changed.flags);
}

TEST_F(LayoutsTest, NothingInTheBadDesignTellsThemApart)
{
    // The first member is a function, so a consumer finds no version to check.
    EXPECT_EQ(offsetof(BadAPI, a), 0u);
    EXPECT_EQ(offsetof(BadAPIChanged, a), 0u);
    EXPECT_NE(offsetof(BadAPI, b), offsetof(BadAPIChanged, b));
}

// --- the better design -------------------------------------------------------

BetterAPI Table(int version, size_t size) { return {version, size, A, B}; }

// The consumer of 66.8 was built with all members but the last function.
const size_t expected_prefix = offsetof(BetterAPI, b);

TEST_F(LayoutsTest, ALongEnoughTableOfTheVersionIsAccepted)
{
    for (size_t size : {expected_prefix, expected_prefix + 1, sizeof(BetterAPI),
                        (size_t)-1}) {
        BetterAPI table = Table(2, size);
        EXPECT_EQ(sample_check_layout(&table), 0) << size;
        EXPECT_TRUE(NothingRaised());
    }
}

TEST_F(LayoutsTest, AShortTableOrAnotherVersionIsRefused)
{
    const BetterAPI refused[] = {
        Table(2, expected_prefix - 1), Table(2, 1),  Table(2, 0),
        Table(1, sizeof(BetterAPI)),   Table(3, -1), Table(-2, -1),
    };
    for (const BetterAPI &table : refused) {
        EXPECT_EQ(sample_check_layout(&table), -1)
            << table.version << ", " << table.size;
        EXPECT_TRUE(Raised(PyExc_RuntimeError, "incompatible C API"));
    }
}

// api_table.h of this project accepts the chapter's layout.
TEST_F(LayoutsTest, ApiTableChecksTheSameTables)
{
    for (int version : {0, 1, 2, 3}) {
        for (size_t size : {(size_t)0, expected_prefix - 1, expected_prefix,
                            sizeof(BetterAPI), (size_t)-1}) {
            BetterAPI table = Table(version, size);
            bool chapter = sample_check_layout(&table) == 0;
            PyErr_Clear();
            bool header =
                api_table_check(&table, "demo", 2, expected_prefix) != nullptr;
            EXPECT_EQ(header, PyErr_Occurred() == nullptr);
            PyErr_Clear();
            EXPECT_EQ(chapter, header) << version << ", " << size;
        }
    }
}

// --- 66.19 -------------------------------------------------------------------

TEST_F(LayoutsTest, AStatusIsZeroOrMinusOneWithAnException)
{
    Result result = {0};
    PyObject *number = PyLong_FromLong(42);
    EXPECT_EQ(sample_parser.parse(number, &result), 0);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(result.value, 42);
    EXPECT_EQ(sample_parser.parse(Py_None, &result), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_EQ(result.value, 42);
    Py_DECREF(number);
}

} // namespace
