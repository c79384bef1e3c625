// Memory that an implementation takes from malloc() itself and keeps: neither
// host_live_blocks() nor a leak checker sees what stays reachable.

#include <malloc.h>

#include "tests/rules/drop.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

extern "C" size_t __sanitizer_get_current_allocated_bytes()
    __attribute__((weak));

namespace {

// The bytes that malloc() has given and free() has not taken back.
size_t MallocedBytes()
{
    return __sanitizer_get_current_allocated_bytes
               ? __sanitizer_get_current_allocated_bytes()
               : mallinfo2().uordblks;
}

class MallocTest : public rules::CapsuleTest {};

int payload;

void Nothing(PyObject *) {}

// Each function once, with success and with failure.
void UseEverything()
{
    PyObject *capsule = PyCapsule_New(&payload, "malloc.cap", Nothing);
    PyCapsule_GetPointer(capsule, "malloc.cap");
    PyCapsule_GetPointer(capsule, "wrong");
    PyErr_Clear();
    PyCapsule_IsValid(capsule, "wrong");
    PyCapsule_GetName(capsule);
    PyCapsule_GetContext(capsule);
    PyCapsule_GetDestructor(capsule);
    PyCapsule_GetName(Py_None);
    PyErr_Clear();
    PyCapsule_SetContext(capsule, &payload);
    PyCapsule_SetDestructor(capsule, nullptr);
    PyCapsule_SetName(capsule, "malloc.other");
    PyCapsule_SetPointer(capsule, capsule);
    PyCapsule_SetPointer(capsule, nullptr);
    PyErr_Clear();
    PyCapsule_Import("malloc_module.cap", 0);
    PyCapsule_Import("malloc_module.none", 0);
    PyErr_Clear();
    Py_XDECREF(PyObject_Repr(capsule));
    rules::Drop(capsule);
}

// Returns by how many bytes that many repetitions grow the heap.
long GrowthOf(int repetitions)
{
    size_t before = MallocedBytes();
    for (int i = 0; i < repetitions; i++) {
        UseEverything();
    }
    host_collect();
    return static_cast<long>(MallocedBytes() - before);
}

// A cache grows at first; a leak grows with the repetitions.
TEST_F(MallocTest, TYPE_1_MemoryDoesNotGrowWithRepetitions)
{
    if (host_profile()->deferred_destruction) {
        GTEST_SKIP() << "the collector decides when memory is given back";
    }
    rules::Importable module("malloc_module");
    rules::Publish(module.get(), "cap", &payload, "malloc_module.cap");
    const int repetitions = 200;
    GrowthOf(repetitions);
    long once = GrowthOf(repetitions);
    long twice = GrowthOf(2 * repetitions);
    EXPECT_LT(twice, repetitions)
        << repetitions << " repetitions: " << once << " bytes, "
        << 2 * repetitions << " repetitions: " << twice << " bytes";
}

} // namespace
