/* Measures each function of the capsule API on the implementation that is
 * linked in. Built twice, on the reference and on CPython; //tools:bench runs
 * both by turns and divides. Streams mix the functions as a program would; the
 * names that end in `_fails` take the path that raises, PyErr_Clear() included.
 */
#include <benchmark/benchmark.h>

#include <Python.h>

namespace {

/* Aligned, because the speed of strcmp() depends on the alignment. */
alignas(64) const char kName[] = "demo._C_API";
int payload;

void do_nothing(PyObject *) {}

/* A copy of kName at another address. */
const char *equal_name()
{
    alignas(64) static char name[] = "demo._C_API";
    return name;
}

PyObject *new_capsule(PyCapsule_Destructor destructor = nullptr)
{
    return PyCapsule_New(&payload, kName, destructor);
}

void check(benchmark::State &state, bool good)
{
    if (!good || PyErr_Occurred()) {
        PyErr_Clear();
        state.SkipWithError("the call did not do what it was timed for");
    }
}

void New(benchmark::State &state)
{
    for (auto _ : state) {
        PyObject *capsule = new_capsule();
        benchmark::DoNotOptimize(capsule);
        Py_DECREF(capsule);
    }
    check(state, true);
}
BENCHMARK(New);

void New_destructor(benchmark::State &state)
{
    for (auto _ : state) {
        PyObject *capsule = new_capsule(do_nothing);
        benchmark::DoNotOptimize(capsule);
        Py_DECREF(capsule);
    }
    check(state, true);
}
BENCHMARK(New_destructor);

void New_fails(benchmark::State &state)
{
    for (auto _ : state) {
        benchmark::DoNotOptimize(PyCapsule_New(nullptr, kName, nullptr));
        PyErr_Clear();
    }
    check(state, true);
}
BENCHMARK(New_fails);

/* A benchmark of one call on one capsule. */
#define ON_CAPSULE(name, good, call)                                           \
    void name(benchmark::State &state)                                         \
    {                                                                          \
        PyObject *capsule = new_capsule(do_nothing);                           \
        for (auto _ : state) {                                                 \
            benchmark::DoNotOptimize(capsule);                                 \
            benchmark::DoNotOptimize(call);                                    \
        }                                                                      \
        check(state, good);                                                    \
        Py_DECREF(capsule);                                                    \
    }                                                                          \
    BENCHMARK(name)

/* A benchmark of one call that raises. */
#define FAILS(name, call)                                                      \
    void name(benchmark::State &state)                                         \
    {                                                                          \
        PyObject *capsule = new_capsule();                                     \
        PyObject *none = Py_None;                                              \
        for (auto _ : state) {                                                 \
            benchmark::DoNotOptimize(capsule);                                 \
            benchmark::DoNotOptimize(none);                                    \
            benchmark::DoNotOptimize(call);                                    \
            PyErr_Clear();                                                     \
        }                                                                      \
        call;                                                                  \
        bool raised = PyErr_Occurred() != nullptr;                             \
        PyErr_Clear();                                                         \
        check(state, raised);                                                  \
        Py_DECREF(capsule);                                                    \
    }                                                                          \
    BENCHMARK(name)

ON_CAPSULE(GetPointer, PyCapsule_GetPointer(capsule, kName) == &payload,
           PyCapsule_GetPointer(capsule, equal_name()));
FAILS(GetPointer_fails, PyCapsule_GetPointer(capsule, "demo._C_AP"));
FAILS(GetPointer_none_fails, PyCapsule_GetPointer(none, kName));
ON_CAPSULE(GetName, PyCapsule_GetName(capsule) == kName,
           PyCapsule_GetName(capsule));
FAILS(GetName_fails, PyCapsule_GetName(none));
ON_CAPSULE(GetContext, true, PyCapsule_GetContext(capsule));
FAILS(GetContext_fails, PyCapsule_GetContext(none));
ON_CAPSULE(GetDestructor, PyCapsule_GetDestructor(capsule) == do_nothing,
           PyCapsule_GetDestructor(capsule));
FAILS(GetDestructor_fails, PyCapsule_GetDestructor(none));
ON_CAPSULE(IsValid, PyCapsule_IsValid(capsule, kName),
           PyCapsule_IsValid(capsule, equal_name()));
ON_CAPSULE(IsValid_wrong_name, !PyCapsule_IsValid(capsule, "demo._C_AP"),
           PyCapsule_IsValid(capsule, "demo._C_AP"));
ON_CAPSULE(CheckExact, PyCapsule_CheckExact(capsule),
           PyCapsule_CheckExact(capsule));
ON_CAPSULE(SetPointer, PyCapsule_GetPointer(capsule, kName) == &payload,
           PyCapsule_SetPointer(capsule, &payload));
FAILS(SetPointer_fails, PyCapsule_SetPointer(capsule, nullptr));
ON_CAPSULE(SetName, PyCapsule_GetName(capsule) == kName,
           PyCapsule_SetName(capsule, kName));
FAILS(SetName_fails, PyCapsule_SetName(none, kName));
ON_CAPSULE(SetContext, PyCapsule_GetContext(capsule) == &payload,
           PyCapsule_SetContext(capsule, &payload));
FAILS(SetContext_fails, PyCapsule_SetContext(none, nullptr));
ON_CAPSULE(SetDestructor, PyCapsule_GetDestructor(capsule) == do_nothing,
           PyCapsule_SetDestructor(capsule, do_nothing));
FAILS(SetDestructor_fails, PyCapsule_SetDestructor(none, nullptr));

/* PyCapsule_Import of a capsule in a module that is already imported. */

bool publish()
{
    PyObject *module = PyImport_AddModule("demo");
    PyObject *capsule = new_capsule();
    bool done = module && capsule &&
                PyObject_SetAttrString(module, "_C_API", capsule) == 0;
    Py_XDECREF(capsule);
    return done;
}

void Import(benchmark::State &state)
{
    check(state, publish());
    for (auto _ : state) {
        benchmark::DoNotOptimize(PyCapsule_Import(kName, 0));
    }
    check(state, PyCapsule_Import(kName, 0) == &payload);
}
BENCHMARK(Import);

void Import_fails(benchmark::State &state)
{
    check(state, publish());
    for (auto _ : state) {
        benchmark::DoNotOptimize(PyCapsule_Import("demo.missing", 0));
        PyErr_Clear();
    }
    check(state, true);
}
BENCHMARK(Import_fails);

/* A capsule from its creation to its end, with what consumers do between; the
 * mix of a typical program. */
void live(PyObject *capsule)
{
    benchmark::DoNotOptimize(PyCapsule_IsValid(capsule, kName));
    benchmark::DoNotOptimize(PyCapsule_GetPointer(capsule, equal_name()));
    Py_INCREF(capsule);
    benchmark::DoNotOptimize(PyCapsule_SetContext(capsule, &payload));
    benchmark::DoNotOptimize(PyCapsule_GetContext(capsule));
    benchmark::DoNotOptimize(PyCapsule_SetName(capsule, "used"));
    benchmark::DoNotOptimize(PyCapsule_GetName(capsule));
    Py_DECREF(capsule);
    benchmark::DoNotOptimize(PyCapsule_SetPointer(capsule, &payload));
    benchmark::DoNotOptimize(PyCapsule_GetDestructor(capsule));
    benchmark::DoNotOptimize(PyCapsule_SetDestructor(capsule, nullptr));
}

void stream(benchmark::State &state)
{
    for (auto _ : state) {
        PyObject *capsule = new_capsule(do_nothing);
        live(capsule);
        Py_DECREF(capsule);
    }
    check(state, true);
}
BENCHMARK(stream);

void stream_fails(benchmark::State &state)
{
    for (auto _ : state) {
        PyObject *capsule = new_capsule(do_nothing);
        live(capsule);
        benchmark::DoNotOptimize(PyCapsule_GetPointer(capsule, kName));
        benchmark::DoNotOptimize(PyCapsule_SetPointer(capsule, nullptr));
        PyErr_Clear();
        benchmark::DoNotOptimize(PyCapsule_New(nullptr, kName, nullptr));
        PyErr_Clear();
        Py_DECREF(capsule);
    }
    check(state, true);
}
BENCHMARK(stream_fails);

} // namespace

int main(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    Py_InitializeEx(0);
    benchmark::RunSpecifiedBenchmarks();
    return Py_FinalizeEx() < 0;
}
