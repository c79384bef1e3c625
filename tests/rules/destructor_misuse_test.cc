// Misuse that corrupts memory: changing the reference count of a dying capsule,
// and using memory after its end. The implementation or the sanitizer must
// report each.
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

// The report if a capsule is destroyed during its own destruction. The
// implementation decides which access meets the freed memory first.
const char *const freed_twice =
    "(attempting double-free|heap-use-after-free|SEGV)";

class DestructorMisuseDeathTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        // Run each death test in a new process: a forked child would inherit
        // the threads and locks of the implementation.
        ::testing::FLAGS_gtest_death_test_style = "threadsafe";
        CapsuleTest::SetUp();
    }

    // Creates a capsule named "demo.dying" and drops it, which runs
    // `destructor` once.
    static void DropNew(PyCapsule_Destructor destructor)
    {
        PyObject *capsule = PyCapsule_New(&payload, "demo.dying", destructor);
        Py_DECREF(capsule);
        host_collect();
    }

    // Returns a pointer to a destroyed capsule.
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

// Limits the destructor, which would otherwise call itself until the stack
// overflows.
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

// Destructors of DLPack capsules do this. CPython 3.8 to 3.13 passes the object
// to a hook and takes a reference for it; dropping that reference runs the
// destructor again.
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

// An implementation that copied the name, or never read it, would not notice
// that the name is freed too early.
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
