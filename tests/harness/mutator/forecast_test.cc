// The forecast says for each call if the executor will perform it. These tests
// compare the forecast with the executor.
#include <gtest/gtest.h>

#include <sstream>

#include "fuzz/executor/executor.h"
#include "tests/harness/mutator/programs.h"

namespace {

// Returns the numbers of the lines, from 1, that the forecast leaves out.
std::string LeftOut(const std::string &text)
{
    static program p;
    static forecast f;
    std::ostringstream lines;
    Parse(text, &p);
    forecast_start(&f, &p);
    for (unsigned i = 0; i < p.call_count; i++) {
        if (!forecast_apply(&f, &p.calls[i])) {
            lines << i + 1 << ' ';
        }
    }
    return lines.str();
}

TEST(Forecast, AnEmptySlotHasNoReferences)
{
    EXPECT_EQ(LeftOut("Py_INCREF(c0)\n"
                      "Py_DECREF(c0)\n"
                      "c1 = Py_NewRef(c0)\n"
                      "PyCapsule_GetName(c0)\n" // NULL is allowed
                      "c0 = PyCapsule_New(NULL, NULL, NULL)\n"
                      "Py_INCREF(c0)\n"),
              "1 2 3 6 ");
}

TEST(Forecast, ASlotIsEmptyOnceTheLastReferenceIsGone)
{
    EXPECT_EQ(LeftOut("c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "c1 = Py_NewRef(c0)\n"
                      "Py_DECREF(c0)\n"
                      "Py_DECREF(c0)\n"
                      "Py_DECREF(c1)\n"
                      "c0 = PyCapsule_New(0x1, NULL, NULL)\n"),
              "2 6 ");
}

TEST(Forecast, ANameThatACapsuleUsesIsNotFreed)
{
    EXPECT_EQ(LeftOut("n0 = name(\"a\")\n"
                      "c0 = PyCapsule_New(0x1, n0, NULL)\n"
                      "free(n0)\n"
                      "PyCapsule_SetName(c0, NULL)\n"
                      "free(n0)\n"
                      "free(n0)\n"),
              "3 6 ");
}

TEST(Forecast, ABlockThatADestructorFreesBelongsToOneCapsule)
{
    EXPECT_EQ(LeftOut("p0 = payload(1)\n"
                      "c0 = PyCapsule_New(p0, NULL, free_payload)\n"
                      "c1 = PyCapsule_New(p0, NULL, free_payload)\n"
                      "c1 = PyCapsule_New(p0, NULL, NULL)\n"
                      "free(p0)\n"
                      "p1 = realloc(p0, 2)\n"
                      "read(c1, NULL)\n"
                      "Py_DECREF(c0)\n"
                      "read(c1, NULL)\n"
                      "p0 = payload(1)\n"
                      "read(c1, NULL)\n"
                      "c2 = PyCapsule_New(0x1, NULL, free_payload)\n"
                      "c2 = PyCapsule_New(0x1, \"a\", free_name)\n"),
              "3 5 6 9 11 12 13 ");
}

TEST(Forecast, ANameThatADestructorFreesBelongsToOneCapsule)
{
    EXPECT_EQ(LeftOut("n0 = name(\"a\")\n"
                      "c0 = PyCapsule_New(0x1, n0, free_name)\n"
                      "c1 = PyCapsule_New(0x1, n0, NULL)\n"
                      "PyCapsule_SetPointer(c0, 0x2)\n"
                      "PyCapsule_SetName(c0, \"b\")\n"
                      "Py_DECREF(c0)\n"
                      "free(n0)\n"),
              "3 5 7 ");
}

TEST(Forecast, NamesAreFollowedThroughEdits)
{
    EXPECT_EQ(LeftOut("n0 = name(\"ab\")\n"
                      "p0 = payload(4)\n"
                      "c0 = PyCapsule_New(p0, n0, NULL)\n"
                      "read(c0, \"ab\")\n"
                      "edit(n0, 1, 'c')\n"
                      "read(c0, \"ab\")\n"
                      "read(c0, \"ac\")\n"
                      "edit(n0, 2, 'c')\n"
                      "edit(n0, 1, '\\0')\n"
                      "read(c0, \"a\")\n"),
              "6 8 ");
}

TEST(Forecast, DestructorsDropAndCreate)
{
    EXPECT_EQ(LeftOut("c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "c1 = PyCapsule_New(0x1, NULL, drop_c0)\n"
                      "Py_DECREF(c1)\n"
                      "Py_DECREF(c0)\n"
                      "c0 = PyCapsule_New(0x1, NULL, create_c6)\n"
                      "Py_DECREF(c6)\n"
                      "Py_DECREF(c0)\n"
                      "Py_DECREF(c6)\n"),
              "4 6 ");
}

TEST(Forecast, AContextKeepsItsObjectAlive)
{
    EXPECT_EQ(LeftOut("c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "c1 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "hold(c0, c1)\n"
                      "hold(c1, c0)\n" // would make a cycle
                      "hold(c0, c1)\n"
                      "PyCapsule_SetContext(c0, NULL)\n"
                      "Py_DECREF(c1)\n"
                      "Py_DECREF(c1)\n" // the reference that the context owns
                      "Py_DECREF(c0)\n"),
              "4 5 6 8 ");
}

TEST(Forecast, AnExceptionIsSavedOnceAndRestoredOnce)
{
    EXPECT_EQ(LeftOut("restore_error()\n"
                      "PyErr_SetNone(PyExc_KeyError)\n"
                      "c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "PyObject_Repr(c0)\n"
                      "save_error()\n"
                      "PyObject_Repr(c0)\n"
                      "save_error()\n"
                      "restore_error()\n"
                      "PyGC_Collect()\n"),
              "1 4 7 9 ");
}

// A destructor may not clear an exception that was pending before it began, so
// the forecast leaves out what this destructor does. The KeyError is therefore
// still pending in line 5, where it forbids the call.
TEST(Forecast, ADestructorKeepsTheCallersException)
{
    EXPECT_EQ(LeftOut("c0 = PyCapsule_New(0x1, \"a\", wrong_name_then_clear)\n"
                      "c1 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "PyErr_SetNone(PyExc_KeyError)\n"
                      "Py_DECREF(c0)\n"
                      "PyObject_Repr(c1)\n"),
              "5 ");
}

TEST(Forecast, CallsForDestructorsOnlyAreLeftOut)
{
    EXPECT_EQ(LeftOut("p0 = payload(1)\n"
                      "n0 = name(\"a\")\n"
                      "c0 = PyCapsule_New(p0, n0, NULL)\n"
                      "free_pointer_of(c0)\n"
                      "free_name_of(c0)\n"
                      "drop_context_of(c0)\n"
                      "c1 = PyCapsule_New(0x1, NULL, drop_context)\n"
                      "c1 = PyCapsule_New(0x1, NULL, keep_alive)\n"),
              "4 5 6 7 8 ");
}

TEST(Forecast, TheCollectorDropsObjectsOfCycles)
{
    EXPECT_EQ(LeftOut("c1 = PyCapsule_New(0x1, NULL, NULL)\n"
                      "c0 = PyCapsule_New(0x1, NULL, drop_c1)\n"
                      "leave_in_cycle(c0)\n"
                      "Py_DECREF(c0)\n"
                      "Py_INCREF(c1)\n"
                      "PyGC_Collect()\n"
                      "Py_DECREF(c1)\n"
                      "Py_DECREF(c1)\n"),
              "4 8 ");
}

// Counts the calls of programs, and the calls for which forecast and executor
// agree.
class Comparison {
  public:
    Comparison()
    {
        static bool started;
        executor_options options = {};
        options.profile = "cpython-2.7"; // a profile with PyCObject
        if (!started) {
            EXPECT_EQ(executor_start(&options), 0);
        }
        started = true;
    }

    void Run(const program &p)
    {
        executor_run(&p, nullptr);
        uint64_t done = executor_performed();
        forecast_start(&forecast_, &p);
        for (unsigned i = 0; i < p.call_count; i++) {
            bool here = done >> i & 1;
            calls++;
            performed += here;
            same += forecast_apply(&forecast_, &p.calls[i]) == here;
        }
    }

    unsigned calls = 0, performed = 0, same = 0;

  private:
    forecast forecast_;
};

// Both use the same model. They can differ only where the implementation
// decides.
TEST(Forecast, SaysWhatTheExecutorPerforms)
{
    static program p;
    mutator m;
    target all = TargetOfAllCalls();
    struct random random = {1};
    Comparison fresh, mutated;
    weights small_counts = DEFAULT_WEIGHTS; // large ones take long

    small_counts.count[COUNT_MIDDLE] = small_counts.count[COUNT_LARGE] = 0;
    mutator_init(&m, &all, &small_counts);
    for (int i = 0; i < 300; i++) {
        mutator_generate(&m, &random, &p, MAX_ENCODED);
        fresh.Run(p);
        mutator_mutate(&m, &random, &p);
        mutated.Run(p);
    }
    EXPECT_GT(fresh.performed, fresh.calls * 0.95);
    EXPECT_GT(fresh.same, fresh.calls * 0.998);
    EXPECT_GT(mutated.same, mutated.calls * 0.998);
    printf("fresh: %u calls, %u performed, %u forecast; "
           "mutated: %u, %u, %u\n",
           fresh.calls, fresh.performed, fresh.same, mutated.calls,
           mutated.performed, mutated.same);
}

} // namespace
