// Section 9 of docs/contract.md: who keeps the target of a capsule's pointer
// alive; and the second pointer, the context.
#include <cstdlib>

#include "capsule/host_clock.h"
#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/misuse.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int blocks;

char *NewBlock(size_t size)
{
    blocks++;
    return static_cast<char *>(std::calloc(1, size));
}

void FreeBlock(void *block)
{
    blocks--;
    std::free(block);
}

void FreePointer(PyObject *capsule)
{
    FreeBlock(PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule)));
}

void DropContext(PyObject *capsule)
{
    Py_XDECREF(static_cast<PyObject *>(PyCapsule_GetContext(capsule)));
}

// Reads through the pointer of a capsule, as a consumer does.
char Read(PyObject *capsule, const char *name)
{
    return *static_cast<volatile char *>(PyCapsule_GetPointer(capsule, name));
}

class LifetimeTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        ::testing::FLAGS_gtest_death_test_style = "threadsafe";
        CapsuleTest::SetUp();
        blocks = 0;
    }

    void TearDown() override
    {
        EXPECT_EQ(blocks, 0) << "the test allocated blocks that were not freed";
        CapsuleTest::TearDown();
    }
};

using LifetimeDeathTest = LifetimeTest;

// --- LIFE-1: the five patterns -----------------------------------------------

TEST_F(LifetimeTest, LIFE_1_AStaticTableNeedsNoDestructor)
{
    static char table[16] = "static";
    for (int i = 0; i < 2; i++) {
        PyObject *capsule = PyCapsule_New(table, "demo.static", nullptr);
        EXPECT_EQ(Read(capsule, "demo.static"), 's');
        Drop(capsule);
    }
    EXPECT_EQ(table[0], 's');
}

char global_table[16] = "global";

TEST_F(LifetimeTest, LIFE_1_AModuleGlobalStructNeedsNoDestructor)
{
    PyObject *a = PyCapsule_New(global_table, "demo.global", nullptr);
    PyObject *b = PyCapsule_New(global_table, "demo.global", nullptr);
    Drop(a);
    EXPECT_EQ(Read(b, "demo.global"), 'g');
    Drop(b);
}

// The fixture checks that no block is left.
TEST_F(LifetimeTest, LIFE_1_AHeapContextNeedsOne)
{
    PyObject *capsule = PyCapsule_New(NewBlock(16), "demo.heap", FreePointer);
    Py_INCREF(capsule);
    Drop(capsule);
    EXPECT_EQ(blocks, 1);
    EXPECT_EQ(Read(capsule, "demo.heap"), 0);
    Drop(capsule);
    EXPECT_EQ(blocks, 0);
}

// Returns a capsule for a part of the memory that `owner` owns. The capsule
// holds the owner in its context.
PyObject *NewPart(PyObject *owner)
{
    char *whole =
        static_cast<char *>(PyCapsule_GetPointer(owner, "demo.owner"));
    PyObject *part = PyCapsule_New(whole + 8, "demo.part", DropContext);
    Py_INCREF(owner);
    PyCapsule_SetContext(part, owner);
    return part;
}

TEST_F(LifetimeTest, LIFE_1_APointerOfAnotherObjectHoldsThatObject)
{
    PyObject *owner = PyCapsule_New(NewBlock(16), "demo.owner", FreePointer);
    PyObject *part = NewPart(owner);
    Drop(owner);
    EXPECT_EQ(blocks, 1);
    EXPECT_EQ(Read(part, "demo.part"), 0);
    Drop(part);
    host_collect();
    EXPECT_EQ(blocks, 0);
}

TEST_F(LifetimeDeathTest, LIFE_1_APointerIntoResizableMemoryGoesStale)
{
    auto grow_and_read = [] {
        char *buffer = NewBlock(16);
        PyObject *capsule = PyCapsule_New(buffer + 8, "demo.part", nullptr);
        // Does what a realloc() does that has to move the block.
        char *grown = NewBlock(4096);
        FreeBlock(buffer);
        Read(capsule, "demo.part");
        FreeBlock(grown);
    };
    EXPECT_MISUSE_IS_SEEN(grow_and_read(),
                          SanitizerReportsBlock("heap-use-after-free"));
}

TEST_F(LifetimeDeathTest, LIFE_1_AStaticTableMustNotBeFreed)
{
    auto free_static = [] {
        Py_DECREF(PyCapsule_New(global_table, "demo.global", FreePointer));
        host_collect();
    };
    EXPECT_MISUSE_IS_SEEN(
        free_static(),
        SanitizerReportsBlock("attempting free on address which was not "
                              "malloc"));
}

// --- LIFE-2 ------------------------------------------------------------------

TEST_F(LifetimeTest, LIFE_2_TheCapsuleOutlivesItsTarget)
{
    void *block = NewBlock(16);
    PyObject *capsule = PyCapsule_New(block, "demo.heap", nullptr);
    FreeBlock(block);
    // The capsule cannot know that the block is gone, and still returns its
    // pointer.
    EXPECT_TRUE(PyCapsule_IsValid(capsule, "demo.heap"));
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "demo.heap"), block);
    EXPECT_TRUE(NothingRaised());
    Drop(capsule);
}

TEST_F(LifetimeDeathTest, LIFE_2_AnOwnerThatDiesFirstIsSeen)
{
    auto drop_owner_and_read = [] {
        PyObject *owner =
            PyCapsule_New(NewBlock(16), "demo.owner", FreePointer);
        char *whole =
            static_cast<char *>(PyCapsule_GetPointer(owner, "demo.owner"));
        PyObject *part = PyCapsule_New(whole + 8, "demo.part", nullptr);
        Drop(owner);
        host_collect();
        Read(part, "demo.part");
    };
    EXPECT_MISUSE_IS_SEEN(drop_owner_and_read(),
                          SanitizerReportsBlock("heap-use-after-free"));
}

// --- LIFE-3 ------------------------------------------------------------------

TEST_F(LifetimeTest, LIFE_3_ThePointerIsNoReference)
{
    PyObject *capsule = PyCapsule_New(NewBlock(16), "demo.heap", FreePointer);
    Py_ssize_t references = Py_REFCNT(capsule);
    EXPECT_NE(PyCapsule_GetPointer(capsule, "demo.heap"), nullptr);
    EXPECT_EQ(Py_REFCNT(capsule), references);
    EXPECT_EQ(blocks, 1);
    Drop(capsule);
    host_collect();
    EXPECT_EQ(blocks, 0) << "although somebody had its pointer";
}

TEST_F(LifetimeDeathTest, LIFE_3_APointerKeptBeyondTheCapsuleDangles)
{
    auto drop_and_read = [] {
        PyObject *capsule =
            PyCapsule_New(NewBlock(16), "demo.heap", FreePointer);
        volatile char *kept = static_cast<volatile char *>(
            PyCapsule_GetPointer(capsule, "demo.heap"));
        Drop(capsule);
        host_collect();
        (void)kept[0];
    };
    EXPECT_MISUSE_IS_SEEN(drop_and_read(),
                          SanitizerReportsBlock("heap-use-after-free"));
}

// --- CTX-1 -------------------------------------------------------------------

TEST_F(LifetimeTest, CTX_1_TheContextIsAPointerOfItsOwn)
{
    int pointer, other, context;
    PyObject *capsule = PyCapsule_New(&pointer, "demo.c", nullptr);
    EXPECT_EQ(PyCapsule_GetContext(capsule), nullptr);
    EXPECT_TRUE(NothingRaised());
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context), 0);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "demo.c"), &pointer);
    ASSERT_EQ(PyCapsule_SetPointer(capsule, &other), 0);
    ASSERT_EQ(PyCapsule_SetName(capsule, nullptr), 0);
    ASSERT_EQ(PyCapsule_SetDestructor(capsule, LogDestructor), 0);
    EXPECT_EQ(PyCapsule_GetContext(capsule), &context);
    Drop(capsule);
    host_collect();
}

TEST_F(LifetimeTest, CTX_1_ItStaysUntilItIsReplaced)
{
    int pointer, context, next;
    PyObject *capsule = PyCapsule_New(&pointer, "demo.c", nullptr);
    for (void *wanted :
         {(void *)&context, (void *)&next, (void *)nullptr, (void *)&pointer}) {
        ASSERT_EQ(PyCapsule_SetContext(capsule, wanted), 0);
        EXPECT_EQ(PyCapsule_GetContext(capsule), wanted);
        EXPECT_EQ(PyCapsule_GetContext(capsule), wanted);
        EXPECT_TRUE(NothingRaised());
    }
    Drop(capsule);
}

TEST_F(LifetimeTest, CTX_1_TheDestructorFindsIt)
{
    int pointer, context;
    PyObject *capsule = PyCapsule_New(&pointer, "demo.c", LogDestructor);
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context), 0);
    Drop(capsule);
    host_collect();
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].context, &context);
}

// The clock of an implementation that has one to turn: the capsule is then a
// second, an hour, a day and thirty years old.
TEST_F(LifetimeTest, CTX_1_ACapsuleDoesNotAge)
{
    int pointer, context;
    PyObject *capsule = PyCapsule_New(&pointer, "demo.c", LogDestructor);
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context), 0);
    const Fields fields = {&pointer, "demo.c", &context, LogDestructor};
    EXPECT_EQ(FieldsOf(capsule), fields);
    for (long age : {1L, 3600L, 86400L, 30 * 365 * 86400L}) {
        host_turn_clock(age);
        EXPECT_EQ(FieldsOf(capsule), fields) << age << " seconds later";
        EXPECT_EQ(PyCapsule_IsValid(capsule, "demo.c"), 1);
        EXPECT_EQ(PyCapsule_SetContext(capsule, nullptr), 0);
        EXPECT_EQ(PyCapsule_SetContext(capsule, &context), 0);
        PyObject *young = PyCapsule_New(&pointer, "demo.c", nullptr);
        EXPECT_EQ(PyCapsule_GetPointer(young, "demo.c"), &pointer);
        Drop(young);
        EXPECT_TRUE(NothingRaised());
    }
    host_turn_clock(40 * 365 * 86400L);
    Drop(capsule);
    host_collect();
    host_turn_clock(0);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].context, &context);
}

// The test frees the block itself; the fixture checks that no code frees it
// twice or that it leaks.
TEST_F(LifetimeTest, CTX_1_ItIsNeverFreed)
{
    int pointer;
    void *context = NewBlock(16);
    PyObject *capsule = PyCapsule_New(&pointer, "demo.c", nullptr);
    ASSERT_EQ(PyCapsule_SetContext(capsule, context), 0);
    ASSERT_EQ(PyCapsule_SetContext(capsule, nullptr), 0);
    ASSERT_EQ(PyCapsule_SetContext(capsule, context), 0);
    Drop(capsule);
    host_collect();
    FreeBlock(context);
}

} // namespace
} // namespace rules
