// What corrupts memory, and must be seen by the implementation or by the
// sanitizer: the dying capsule's reference count, and memory after its end.
#include <cstdlib>
#include <cstring>

#include "tests/rules/misuse.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int payload;

const char *const incref_of_dying =
    "capsule reference: Py_INCREF of a dying PyCapsule object; a destructor "
    "must not touch its reference count (DTOR-9)";
const char *const decref_of_dying =
    "capsule reference: Py_DECREF of a dying PyCapsule object; a destructor "
    "must not touch its reference count (DTOR-9)";
const char *const check_of_null =
    "capsule reference: PyCapsule_CheckExact(NULL); the argument must not be "
    "NULL (TYPE-3)";

// A capsule that is destroyed inside its own destruction. Which of its parts
// meets the freed memory first is the implementation's business.
const char *const freed_twice =
    "(attempting double-free|heap-use-after-free|SEGV)";

class DestructorMisuseDeathTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        // A fresh process per death: with a plain fork the child would have
        // whatever threads and locks the implementation has started.
        ::testing::FLAGS_gtest_death_test_style = "threadsafe";
        CapsuleTest::SetUp();
    }

    // Runs `destructor` once, at the end of a capsule named "demo.dying".
    static void DropNew(PyCapsule_Destructor destructor)
    {
        PyObject *capsule = PyCapsule_New(&payload, "demo.dying", destructor);
        Py_DECREF(capsule);
        host_collect();
    }

    // A capsule that is gone; whoever follows the result is in error.
    static PyObject *DeadCapsule()
    {
        PyObject *capsule = PyCapsule_New(&payload, "demo.dead", nullptr);
        Py_DECREF(capsule);
        host_collect();
        return capsule;
    }

    static char *HeapName(const char *text)
    {
        size_t size = std::strlen(text) + 1;
        char *copy = static_cast<char *>(std::malloc(size));
        std::memcpy(copy, text, size);
        return copy;
    }
};

// Without a limit the destructor would call itself until the stack ends.
int remaining_runs = 1;

TEST_F(DestructorMisuseDeathTest, DTOR_9_TakingAndGivingBackAReference)
{
    EXPECT_MISUSE_IS_SEEN(DropNew([](PyObject *self) {
                              if (remaining_runs-- > 0) {
                                  Py_INCREF(self);
                                  Py_DECREF(self);
                              }
                          }),
                          ImplementationReports(incref_of_dying, freed_twice));
}

TEST_F(DestructorMisuseDeathTest, DTOR_9_TheSameWithTheDestructorDisabled)
{
    EXPECT_MISUSE_IS_SEEN(DropNew([](PyObject *self) {
                              PyCapsule_SetDestructor(self, nullptr);
                              Py_INCREF(self);
                              Py_DECREF(self);
                          }),
                          ImplementationReports(incref_of_dying, freed_twice));
}

TEST_F(DestructorMisuseDeathTest, DTOR_9_GivingBackAReference)
{
    EXPECT_MISUSE_IS_SEEN(DropNew([](PyObject *self) {
                              PyCapsule_SetDestructor(self, nullptr);
                              Py_DECREF(self);
                          }),
                          ImplementationReports(decref_of_dying));
}

TEST_F(DestructorMisuseDeathTest, DTOR_9_PuttingItIntoAContainer)
{
    EXPECT_MISUSE_IS_SEEN(DropNew([](PyObject *self) {
                              PyObject *list = PyList_New(0);
                              PyCapsule_SetDestructor(self, nullptr);
                              PyList_Append(list, self);
                              Py_DECREF(list);
                          }),
                          ImplementationReports(incref_of_dying, freed_twice));
}

// Destructors of DLPack capsules do this. CPython 3.8 to 3.13 hands the object
// to a hook, takes a reference for that, and runs the destructor again.
TEST_F(DestructorMisuseDeathTest, DTOR_9_ReportingTheDyingCapsule)
{
    EXPECT_MISUSE_IS_SEEN(DropNew([](PyObject *self) {
                              PyCapsule_SetDestructor(self, nullptr);
                              PyCapsule_GetPointer(self, "demo.wrong");
                              PyErr_WriteUnraisable(self);
                          }),
                          ImplementationReports(incref_of_dying, freed_twice));
}

PyObject *resurrected;

TEST_F(DestructorMisuseDeathTest, DTOR_8_AReferenceTakenThereKeepsNothing)
{
    auto resurrect_and_use = [] {
        DropNew([](PyObject *self) {
            Py_INCREF(self);
            resurrected = self;
        });
        Py_DECREF(resurrected);
    };
    EXPECT_MISUSE_IS_SEEN(
        resurrect_and_use(),
        ImplementationReports(incref_of_dying, "heap-use-after-free"));
}

TEST_F(DestructorMisuseDeathTest, DTOR_8_ABorrowedPointerKeptThereDangles)
{
    auto keep_and_use = [] {
        DropNew([](PyObject *self) { resurrected = self; });
        Py_INCREF(resurrected);
    };
    EXPECT_MISUSE_IS_SEEN(keep_and_use(),
                          SanitizerReportsCapsule("heap-use-after-free"));
}

TEST_F(DestructorMisuseDeathTest, DTOR_1_AReferenceGivenBackTwice)
{
    EXPECT_MISUSE_IS_SEEN(Py_DECREF(DeadCapsule()),
                          SanitizerReportsCapsule("heap-use-after-free"));
}

TEST_F(DestructorMisuseDeathTest, DTOR_1_AReferenceTakenAfterTheEnd)
{
    EXPECT_MISUSE_IS_SEEN(Py_INCREF(DeadCapsule()),
                          SanitizerReportsCapsule("heap-use-after-free"));
}

TEST_F(DestructorMisuseDeathTest, DTOR_1_EveryGetterAfterTheEnd)
{
    const std::string report = SanitizerReportsInside("heap-use-after-free");
    EXPECT_MISUSE_IS_SEEN(PyCapsule_GetPointer(DeadCapsule(), "demo.dead"),
                          report);
    EXPECT_MISUSE_IS_SEEN(PyCapsule_GetName(DeadCapsule()), report);
    EXPECT_MISUSE_IS_SEEN(PyCapsule_GetContext(DeadCapsule()), report);
    EXPECT_MISUSE_IS_SEEN(PyCapsule_GetDestructor(DeadCapsule()), report);
    EXPECT_MISUSE_IS_SEEN(PyCapsule_IsValid(DeadCapsule(), "demo.dead"),
                          report);
}

TEST_F(DestructorMisuseDeathTest, DTOR_1_EverySetterAfterTheEnd)
{
    const std::string report = SanitizerReportsInside("heap-use-after-free");
    EXPECT_MISUSE_IS_SEEN(PyCapsule_SetPointer(DeadCapsule(), &payload),
                          report);
    EXPECT_MISUSE_IS_SEEN(PyCapsule_SetName(DeadCapsule(), "demo.dead"),
                          report);
    EXPECT_MISUSE_IS_SEEN(PyCapsule_SetContext(DeadCapsule(), &payload),
                          report);
    EXPECT_MISUSE_IS_SEEN(PyCapsule_SetDestructor(DeadCapsule(), nullptr),
                          report);
}

// The name is stored by reference: where the implementation kept a copy, or
// did not look, freeing it too early would go unnoticed.
TEST_F(DestructorMisuseDeathTest, NEW_5_ANameFreedWhileTheCapsuleUsesIt)
{
    auto free_and_compare = [] {
        char *name = HeapName("demo.freed");
        PyObject *capsule = PyCapsule_New(&payload, name, nullptr);
        std::free(name);
        PyCapsule_GetPointer(capsule, "demo.freed");
    };
    EXPECT_MISUSE_IS_SEEN(free_and_compare(),
                          SanitizerReportsBlock("heap-use-after-free"));
}

TEST_F(DestructorMisuseDeathTest, SETN_2_ASetNameFreedWhileItIsUsed)
{
    auto free_and_compare = [] {
        PyObject *capsule = PyCapsule_New(&payload, nullptr, nullptr);
        char *name = HeapName("demo.freed");
        PyCapsule_SetName(capsule, name);
        std::free(name);
        PyCapsule_IsValid(capsule, "demo.freed");
    };
    EXPECT_MISUSE_IS_SEEN(free_and_compare(),
                          SanitizerReportsBlock("heap-use-after-free"));
}

void FreePayload(PyObject *self)
{
    std::free(PyCapsule_GetPointer(self, nullptr));
}

TEST_F(DestructorMisuseDeathTest, DTOR_13_TwoCapsulesOwnOnePayload)
{
    auto free_twice = [] {
        void *block = std::malloc(16);
        PyObject *first = PyCapsule_New(block, nullptr, FreePayload);
        PyObject *second = PyCapsule_New(block, nullptr, FreePayload);
        Py_DECREF(first);
        Py_DECREF(second);
        host_collect();
    };
    EXPECT_MISUSE_IS_SEEN(free_twice(),
                          SanitizerReportsBlock("attempting double-free"));
}

TEST_F(DestructorMisuseDeathTest, DTOR_12_ACallByHandAndOneAtTheEnd)
{
    auto free_twice = [] {
        PyObject *capsule =
            PyCapsule_New(std::malloc(16), nullptr, FreePayload);
        PyCapsule_GetDestructor(capsule)(capsule);
        Py_DECREF(capsule);
        host_collect();
    };
    EXPECT_MISUSE_IS_SEEN(free_twice(),
                          SanitizerReportsBlock("attempting double-free"));
}

TEST_F(DestructorMisuseDeathTest, DTOR_13_APayloadUsedAfterItsCapsule)
{
    auto use_after_drop = [] {
        char *block = static_cast<char *>(std::malloc(16));
        Py_DECREF(PyCapsule_New(block, nullptr, FreePayload));
        host_collect();
        *static_cast<volatile char *>(block) = 1;
    };
    EXPECT_MISUSE_IS_SEEN(use_after_drop(),
                          SanitizerReportsBlock("heap-use-after-free"));
}

TEST_F(DestructorMisuseDeathTest, TYPE_3_CheckExactOfNull)
{
    PyObject *volatile null = nullptr;
    EXPECT_MISUSE_IS_SEEN(if (PyCapsule_CheckExact(null)) std::abort(),
                          ImplementationReports(check_of_null));
}

} // namespace
} // namespace rules
