// Section 8 of docs/contract.md: who frees what, and when a destructor is
// needed.
//
// The blocks of these tests are heap memory: a sanitizer reports a block that
// is freed twice or never. Without a sanitizer, the tests count blocks.
#include <cstdlib>
#include <cstring>

#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int payload;
int blocks;

void *NewBlock()
{
    blocks++;
    return std::malloc(16);
}

char *NewName(const char *text)
{
    blocks++;
    size_t size = std::strlen(text) + 1;
    char *copy = static_cast<char *>(std::malloc(size));
    std::memcpy(copy, text, size);
    return copy;
}

void FreeBlock(const void *block)
{
    blocks--;
    std::free(const_cast<void *>(block));
}

void FreePointer(PyObject *self)
{
    LogDestructor(self);
    FreeBlock(PyCapsule_GetPointer(self, PyCapsule_GetName(self)));
}

void FreeName(PyObject *self)
{
    LogDestructor(self);
    FreeBlock(PyCapsule_GetName(self));
}

void FreeContext(PyObject *self)
{
    LogDestructor(self);
    FreeBlock(PyCapsule_GetContext(self));
}

void FreeEverything(PyObject *self)
{
    const char *name = PyCapsule_GetName(self);
    FreePointer(self);
    FreeBlock(PyCapsule_GetContext(self));
    FreeBlock(name);
}

class DestructorOwnershipTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        blocks = 0;
    }

    void TearDown() override
    {
        EXPECT_EQ(blocks, 0) << "the test allocated blocks that were not freed";
        CapsuleTest::TearDown();
    }
};

TEST_F(DestructorOwnershipTest, DTOR_13_StaticPointerWithoutDestructor)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.static", nullptr);
    ASSERT_TRUE(capsule);
    Drop(capsule);
    payload = 1; // the memory still belongs to the test
}

TEST_F(DestructorOwnershipTest, DTOR_13_OwnedPointerIsFreedByTheDestructor)
{
    PyObject *capsule = PyCapsule_New(NewBlock(), "demo.owned", FreePointer);
    ASSERT_TRUE(capsule);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(blocks, 0);
}

TEST_F(DestructorOwnershipTest, DTOR_13_PointerOwnedElsewhereIsLeftAlone)
{
    void *block = NewBlock();
    PyObject *capsule = PyCapsule_New(block, "demo.borrowed", nullptr);
    ASSERT_TRUE(capsule);
    Drop(capsule);
    EXPECT_EQ(blocks, 1);
    std::memset(block, 1, 16);
    FreeBlock(block);
}

TEST_F(DestructorOwnershipTest, DTOR_13_AReplacedPointerIsTheCallersToFree)
{
    void *first = NewBlock();
    PyObject *capsule = PyCapsule_New(first, "demo.owned", FreePointer);
    ASSERT_TRUE(capsule);
    EXPECT_EQ(PyCapsule_SetPointer(capsule, NewBlock()), 0);
    FreeBlock(first);
    Drop(capsule);
    EXPECT_EQ(blocks, 0);
}

TEST_F(DestructorOwnershipTest, DTOR_13_GivingUpOwnershipByNullDestructor)
{
    void *block = NewBlock();
    PyObject *capsule = PyCapsule_New(block, "demo.owned", FreePointer);
    ASSERT_TRUE(capsule);
    EXPECT_EQ(PyCapsule_SetDestructor(capsule, nullptr), 0);
    Drop(capsule);
    EXPECT_EQ(blocks, 1);
    FreeBlock(block);
}

TEST_F(DestructorOwnershipTest, DTOR_13_OwnedNameIsFreedByTheDestructor)
{
    PyObject *capsule = PyCapsule_New(&payload, NewName("demo.name"), FreeName);
    ASSERT_TRUE(capsule);
    Drop(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].name, "demo.name");
    EXPECT_EQ(blocks, 0);
}

TEST_F(DestructorOwnershipTest, DTOR_13_OwnedContextIsFreedByTheDestructor)
{
    PyObject *capsule = PyCapsule_New(&payload, nullptr, FreeContext);
    ASSERT_TRUE(capsule);
    EXPECT_EQ(PyCapsule_SetContext(capsule, NewBlock()), 0);
    Drop(capsule);
    EXPECT_EQ(blocks, 0);
}

TEST_F(DestructorOwnershipTest, DTOR_13_EverythingMayBeOwned)
{
    PyObject *capsule =
        PyCapsule_New(NewBlock(), NewName("demo.all"), FreeEverything);
    ASSERT_TRUE(capsule);
    EXPECT_EQ(PyCapsule_SetContext(capsule, NewBlock()), 0);
    EXPECT_EQ(blocks, 3);
    Drop(capsule);
    EXPECT_EQ(blocks, 0);
}

TEST_F(DestructorOwnershipTest, DTOR_13_ANameMayBeFreedBeforeThePointerIs)
{
    // A destructor may free in any order: after SetName(NULL), GetPointer(NULL)
    // still matches.
    PyObject *capsule =
        PyCapsule_New(NewBlock(), NewName("demo.order"), [](PyObject *self) {
            const char *name = PyCapsule_GetName(self);
            EXPECT_EQ(PyCapsule_SetName(self, nullptr), 0);
            FreeBlock(name);
            FreePointer(self);
        });
    ASSERT_TRUE(capsule);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(blocks, 0);
}

TEST_F(DestructorOwnershipTest, DTOR_13_APythonObjectInTheContextIsTheOwner)
{
    PyObject *owner = PyCapsule_New(NewBlock(), "demo.owner", FreePointer);
    ASSERT_TRUE(owner);
    PyObject *view = PyCapsule_New(
        PyCapsule_GetPointer(owner, "demo.owner"), "demo.view",
        [](PyObject *self) {
            Py_DECREF(static_cast<PyObject *>(PyCapsule_GetContext(self)));
        });
    ASSERT_TRUE(view);
    Py_INCREF(owner);
    EXPECT_EQ(PyCapsule_SetContext(view, owner), 0);
    Drop(owner);
    EXPECT_EQ(blocks, 1) << "the view keeps the owner alive";
    std::memset(PyCapsule_GetPointer(view, "demo.view"), 1, 16);
    Drop(view);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(blocks, 0);
}

TEST_F(DestructorOwnershipTest, DTOR_11_IsDueAtOnceOrAtTheNextCollection)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.due", LogDestructor);
    ASSERT_TRUE(capsule);
    Py_DECREF(capsule);
    if (!host_profile()->deferred_destruction) {
        EXPECT_EQ(destructor_log.size(), 1u);
    }
    host_collect();
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].pointer, &payload);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u) << "once";
}

TEST_F(DestructorOwnershipTest, DTOR_11_ACollectionLeavesLiveCapsulesAlone)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.live", LogDestructor);
    ASSERT_TRUE(capsule);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 0u);
    EXPECT_EQ(PyCapsule_IsValid(capsule, "demo.live"), 1);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(DestructorOwnershipTest, DTOR_12_ACallByHandDoesNotDestroy)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.byhand", LogDestructor);
    ASSERT_TRUE(capsule);
    PyCapsule_GetDestructor(capsule)(capsule);
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_GE(destructor_log[0].refcount, 1);
    EXPECT_EQ(PyCapsule_IsValid(capsule, "demo.byhand"), 1);
    EXPECT_EQ(PyCapsule_GetDestructor(capsule), LogDestructor);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 2u) << "one by hand and one at the end";
}

TEST_F(DestructorOwnershipTest, DTOR_12_NoDestructorRunsWhileAReferenceIsLeft)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.kept", LogDestructor);
    ASSERT_TRUE(capsule);
    for (int i = 0; i < 100; i++) {
        Py_INCREF(capsule);
        Drop(capsule);
    }
    host_collect();
    EXPECT_EQ(destructor_log.size(), 0u);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(DestructorOwnershipTest, DTOR_14_RunsOnceWhenACycleIsCollected)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.cycle", LogDestructor);
    PyObject *list = PyList_New(0);
    ASSERT_TRUE(capsule);
    ASSERT_TRUE(list);
    ASSERT_EQ(PyList_Append(list, list), 0);
    ASSERT_EQ(PyList_Append(list, capsule), 0);
    Py_DECREF(capsule);
    Py_DECREF(list);
    EXPECT_EQ(destructor_log.size(), 0u) << "the cycle holds the capsule";
    host_collect();
    ASSERT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(destructor_log[0].capsule, capsule);
    EXPECT_EQ(destructor_log[0].pointer, &payload);
    EXPECT_NE(destructor_log[0].is_valid, 0);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(DestructorOwnershipTest, DTOR_14_ACapsuleThatOutlivesTheCycleIsKept)
{
    PyObject *capsule = PyCapsule_New(&payload, "demo.cycle", LogDestructor);
    PyObject *list = PyList_New(0);
    ASSERT_TRUE(capsule);
    ASSERT_TRUE(list);
    ASSERT_EQ(PyList_Append(list, list), 0);
    ASSERT_EQ(PyList_Append(list, capsule), 0);
    Py_DECREF(list);
    host_collect();
    EXPECT_EQ(destructor_log.size(), 0u);
    EXPECT_EQ(PyCapsule_IsValid(capsule, "demo.cycle"), 1);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 1u);
}

} // namespace
} // namespace rules
