// Section 11 of docs/contract.md, THR-1 and THR-2, and NEW-1 in another thread
// than the first: capsules in several threads. tests/threads looks for data
// races, under ThreadSanitizer.

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "tests/rules/support.h"

namespace {

const int THREADS = 4, ROUNDS = 300;

class ThreadsTest : public rules::CapsuleTest {
  protected:
    // Runs `body` with 0, 1, 2, ... in that many threads at once. Each thread
    // may use the C API.
    static void InThreads(const std::function<void(int)> &body)
    {
        std::atomic<int> ready{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < THREADS; i++) {
            threads.emplace_back([&, i] {
                ready++;
                while (ready < THREADS) {
                    std::this_thread::yield();
                }
                PyGILState_STATE state = PyGILState_Ensure();
                body(i);
                PyGILState_Release(state);
            });
        }
        Py_BEGIN_ALLOW_THREADS for (std::thread &thread : threads)
        {
            thread.join();
        }
        Py_END_ALLOW_THREADS
    }
};

char payloads[THREADS];
const char *const NAMES[THREADS] = {"a.cap", "b.cap", "c.cap", "d.cap"};
std::atomic<int> destroyed;

void Count(PyObject *) { destroyed++; }

TEST_F(ThreadsTest, NEW_1_AnyThreadMayCreateCapsules)
{
    PyObject *first = PyCapsule_New(payloads, NAMES[0], nullptr);
    PyThreadState *state = PyEval_SaveThread();
    std::thread([] {
        PyGILState_STATE before = PyGILState_Ensure();
        PyObject *capsule = PyCapsule_New(&payloads[1], NAMES[1], nullptr);
        EXPECT_NE(capsule, nullptr);
        EXPECT_TRUE(rules::NothingRaised());
        Py_XDECREF(capsule);
        PyGILState_Release(before);
    }).join();
    PyEval_RestoreThread(state);
    Py_XDECREF(first);
}

TEST_F(ThreadsTest, THR_1_ThreadsCreateCapsulesAtTheSameTime)
{
    destroyed = 0;
    std::atomic<int> wrong{0};
    // The first capsule belongs to this thread, which outlives the others.
    Py_XDECREF(PyCapsule_New(payloads, NAMES[0], nullptr));
    InThreads([&](int i) {
        for (int round = 0; round < ROUNDS; round++) {
            PyObject *capsule = PyCapsule_New(&payloads[i], NAMES[i], Count);
            wrong += !capsule || !PyCapsule_CheckExact(capsule) ||
                     PyCapsule_GetPointer(capsule, NAMES[i]) != &payloads[i];
            Py_XDECREF(capsule);
        }
    });
    EXPECT_EQ(wrong, 0);
    host_collect();
    EXPECT_EQ(destroyed, THREADS * ROUNDS);
}

// CheckExact only reads, so several threads may check the same object.
TEST_F(ThreadsTest, THR_1_ThreadsCheckOneObjectAtTheSameTime)
{
    PyObject *capsule = PyCapsule_New(payloads, "shared", nullptr);
    std::atomic<int> wrong{0};
    InThreads([&](int) {
        for (int round = 0; round < ROUNDS; round++) {
            wrong +=
                !PyCapsule_CheckExact(capsule) || PyCapsule_CheckExact(Py_None);
        }
    });
    EXPECT_EQ(wrong, 0);
    Py_DECREF(capsule);
}

// Calls every function with a capsule that only this thread uses. The
// exceptions belong to this thread too.
bool UseAll(PyObject *capsule, int i)
{
    char *payload = &payloads[i];
    const char *name = NAMES[i];
    bool right = PyCapsule_SetPointer(capsule, payload) == 0 &&
                 PyCapsule_SetName(capsule, name) == 0 &&
                 PyCapsule_SetContext(capsule, payload) == 0 &&
                 PyCapsule_SetDestructor(capsule, Count) == 0 &&
                 PyCapsule_IsValid(capsule, name) == 1 &&
                 PyCapsule_GetPointer(capsule, name) == payload &&
                 PyCapsule_GetName(capsule) == name &&
                 PyCapsule_GetContext(capsule) == payload &&
                 PyCapsule_GetDestructor(capsule) == Count;
    right = right && !PyErr_Occurred() &&
            !PyCapsule_GetPointer(capsule, "wrong") &&
            PyErr_ExceptionMatches(PyExc_ValueError);
    PyErr_Clear();
    return right;
}

TEST_F(ThreadsTest, THR_2_EachThreadUsesACapsuleOfItsOwn)
{
    destroyed = 0;
    std::vector<PyObject *> capsules;
    for (int i = 0; i < THREADS; i++) {
        capsules.push_back(PyCapsule_New(payloads, "made here", nullptr));
    }
    std::atomic<int> wrong{0};
    InThreads([&](int i) {
        for (int round = 0; round < ROUNDS; round++) {
            wrong += !UseAll(capsules[i], i);
        }
    });
    EXPECT_EQ(wrong, 0);
    for (int i = 0; i < THREADS; i++) {
        EXPECT_EQ(PyCapsule_GetPointer(capsules[i], NAMES[i]), &payloads[i]);
        Py_DECREF(capsules[i]);
    }
    host_collect();
    EXPECT_EQ(destroyed, THREADS);
}

// Runs `body` in a new thread and waits for its end.
void InAnotherThread(const std::function<void()> &body)
{
    std::thread thread([&] {
        PyGILState_STATE state = PyGILState_Ensure();
        body();
        PyGILState_Release(state);
    });
    Py_BEGIN_ALLOW_THREADS thread.join();
    Py_END_ALLOW_THREADS
}

// Nothing runs at the same time here: what one thread leaves, the next thread
// finds.
TEST_F(ThreadsTest, THR_2_ACapsuleBelongsToNoThread)
{
    destroyed = 0;
    PyObject *capsule = PyCapsule_New(&payloads[0], "a.cap", Count);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "a.cap"), &payloads[0]);
    InAnotherThread([&] {
        EXPECT_EQ(PyCapsule_CheckExact(capsule), 1);
        EXPECT_EQ(PyCapsule_IsValid(capsule, "a.cap"), 1);
        EXPECT_EQ(PyCapsule_GetPointer(capsule, "a.cap"), &payloads[0]);
        EXPECT_EQ(PyCapsule_GetName(capsule), std::string("a.cap"));
        EXPECT_EQ(PyCapsule_GetContext(capsule), nullptr);
        EXPECT_EQ(PyCapsule_GetDestructor(capsule), Count);
        EXPECT_TRUE(UseAll(capsule, 1));
    });
    EXPECT_EQ(PyCapsule_IsValid(capsule, "a.cap"), 0);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "b.cap"), &payloads[1]);
    EXPECT_EQ(PyCapsule_GetContext(capsule), &payloads[1]);
    EXPECT_EQ(PyCapsule_SetPointer(capsule, &payloads[2]), 0);
    InAnotherThread([&] {
        EXPECT_EQ(PyCapsule_GetPointer(capsule, "b.cap"), &payloads[2]);
        Py_DECREF(capsule);
    });
    host_collect();
    EXPECT_EQ(destroyed, 1);
}

TEST_F(ThreadsTest, THR_2_ThreadsLeaveCapsulesForEachOther)
{
    destroyed = 0;
    PyObject *capsules[2] = {};
    InAnotherThread([&] {
        capsules[0] = PyCapsule_New(&payloads[0], "a.cap", Count);
        capsules[1] = PyCapsule_New(&payloads[1], "b.cap", Count);
    });
    EXPECT_EQ(PyCapsule_GetPointer(capsules[0], "a.cap"), &payloads[0]);
    Py_DECREF(capsules[0]);
    InAnotherThread([&] {
        EXPECT_EQ(PyCapsule_CheckExact(capsules[1]), 1);
        EXPECT_EQ(PyCapsule_GetPointer(capsules[1], "a.cap"), nullptr);
        EXPECT_TRUE(PyErr_ExceptionMatches(PyExc_ValueError));
        PyErr_Clear();
        Py_DECREF(capsules[1]);
    });
    host_collect();
    EXPECT_EQ(destroyed, 2);
}

TEST_F(ThreadsTest, THR_2_AnExceptionStaysInItsThread)
{
    rules::PendingException pending;
    std::atomic<int> seen{0};
    InThreads([&](int) {
        seen += PyErr_Occurred() != nullptr;
        PyErr_SetNone(PyExc_ValueError);
        PyErr_Clear();
    });
    EXPECT_EQ(seen, 0);
    EXPECT_TRUE(pending.StillPending());
}

} // namespace
