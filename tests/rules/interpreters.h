// Subinterpreters for tests, and a module that keeps its state per interpreter.
#ifndef TESTS_RULES_INTERPRETERS_H
#define TESTS_RULES_INTERPRETERS_H

#include <Python.h>

#include "tests/rules/support.h"

namespace rules {

// A subinterpreter. The constructor makes it current. End() or the destructor
// ends it and makes the interpreter current that created it.
class Subinterpreter {
  public:
    Subinterpreter();
    ~Subinterpreter();
    Subinterpreter(const Subinterpreter &) = delete;
    Subinterpreter &operator=(const Subinterpreter &) = delete;

    // Enter() makes this interpreter current, Leave() the interpreter that
    // created it.
    void Enter();
    void Leave();

    void End();

  private:
    PyThreadState *outer_, *own_;
};

// --- the module "counter" ----------------------------------------------------

const char COUNTER_NAME[] = "counter._C_API";

// A table that holds functions and constants only (SUB-1). The count is stored
// in the module that the functions receive (MODST-1). `count` may return -1
// with an exception.
struct CounterApi {
    int version;
    size_t size;
    int (*add)(PyObject *module, long number);
    long (*count)(PyObject *module);
};

// The only instance; all interpreters share it.
extern const CounterApi counter_api;

// The numbers of modules that were executed and of module states that were
// freed.
extern int counters_made, counters_freed;

// Announces the module; use it with BeforeStart.
void AnnounceCounter();

// Imports the table as a consumer in the current interpreter. NULL with an
// exception if that fails.
const CounterApi *ImportCounterApi();

// Returns the count of the module of the current interpreter, read through the
// table.
long Count();

// Adds to that count. Returns nonzero on failure.
int Add(long number);

} // namespace rules

#endif
