#include "tests/rules/interpreters.h"

#include "capsule/host.h"

// NULL if LeakSanitizer is not linked.
extern "C" void __lsan_disable() __attribute__((weak));
extern "C" void __lsan_enable() __attribute__((weak));

namespace rules {

// LeakSanitizer ignores what is allocated from now on, if the host keeps
// caches: such hosts lose memory when an interpreter ends.
static void DisableLeakChecks()
{
    if (!host_keeps_nothing() && __lsan_disable) {
        __lsan_disable();
    }
}

static void EnableLeakChecks()
{
    if (!host_keeps_nothing() && __lsan_enable) {
        __lsan_enable();
    }
}

Subinterpreter::Subinterpreter() : outer_(PyThreadState_Get())
{
    DisableLeakChecks();
    own_ = Py_NewInterpreter();
    EXPECT_NE(own_, nullptr);
}

Subinterpreter::~Subinterpreter()
{
    if (own_) {
        End();
    }
}

void Subinterpreter::Enter() { PyThreadState_Swap(own_); }

void Subinterpreter::Leave() { PyThreadState_Swap(outer_); }

void Subinterpreter::End()
{
    Enter();
    Py_EndInterpreter(own_);
    ended_an_interpreter = true;
    own_ = nullptr;
    PyThreadState_Swap(outer_);
    EnableLeakChecks();
}

// --- the module "counter" ----------------------------------------------------

int counters_made, counters_freed;

namespace {

struct State {
    long count;
    PyObject *last; // the number added last, an object of this interpreter
};

State *StateOf(PyObject *module)
{
    return static_cast<State *>(PyModule_GetState(module));
}

int AddTo(PyObject *module, long number)
{
    State *state = StateOf(module);
    if (!state) {
        return -1;
    }
    PyObject *last = PyLong_FromLong(number);
    if (!last) {
        return -1;
    }
    Py_XDECREF(state->last);
    state->last = last;
    state->count += number;
    return 0;
}

long CountOf(PyObject *module)
{
    State *state = StateOf(module);
    return state ? state->count : -1;
}

int Execute(PyObject *module)
{
    counters_made++;
    PyObject *capsule = PyCapsule_New(const_cast<CounterApi *>(&counter_api),
                                      COUNTER_NAME, nullptr);
    if (!capsule || PyModule_AddObject(module, "_C_API", capsule) < 0) {
        Py_XDECREF(capsule);
        return -1;
    }
    return 0;
}

int Traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = StateOf(module);
    if (state) {
        Py_VISIT(state->last);
    }
    return 0;
}

int Clear(PyObject *module)
{
    State *state = StateOf(module);
    if (state) {
        Py_CLEAR(state->last);
    }
    return 0;
}

void Free(void *module)
{
    counters_freed++;
    Clear(static_cast<PyObject *>(module));
}

PyObject *Init()
{
    static PyModuleDef_Slot slots[] = {
        {Py_mod_exec, reinterpret_cast<void *>(Execute)}, {0, nullptr}};
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "counter",
                              nullptr,
                              sizeof(State),
                              nullptr,
                              slots,
                              Traverse,
                              Clear,
                              Free};
    return PyModuleDef_Init(&def);
}

} // namespace

const CounterApi counter_api = {1, sizeof(CounterApi), AddTo, CountOf};

void AnnounceCounter() { PyImport_AppendInittab("counter", Init); }

const CounterApi *ImportCounterApi()
{
    return static_cast<const CounterApi *>(PyCapsule_Import(COUNTER_NAME, 0));
}

int Add(long number)
{
    const CounterApi *api = ImportCounterApi();
    PyObject *module = api ? PyImport_ImportModule("counter") : nullptr;
    int status = module ? api->add(module, number) : -1;
    Py_XDECREF(module);
    return status;
}

long Count()
{
    const CounterApi *api = ImportCounterApi();
    PyObject *module = api ? PyImport_ImportModule("counter") : nullptr;
    long count = module ? api->count(module) : -1;
    Py_XDECREF(module);
    return count;
}

} // namespace rules
