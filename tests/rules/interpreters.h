// Several interpreters in one test, and a module that keeps its state right.
#ifndef TESTS_RULES_INTERPRETERS_H
#define TESTS_RULES_INTERPRETERS_H

#include <Python.h>

#include "tests/rules/support.h"

namespace rules {

// A subinterpreter. Current from its construction on; it ends with Leave() or
// with this object, and the interpreter that made it is current again.
class Subinterpreter {
  public:
    Subinterpreter();
    ~Subinterpreter();
    Subinterpreter(const Subinterpreter &) = delete;
    Subinterpreter &operator=(const Subinterpreter &) = delete;

    // Makes it current, or the one that made it.
    void Enter();
    void Leave();

    void End();

  private:
    PyThreadState *outer_, *own_;
};

// --- the module "counter" ----------------------------------------------------

const char COUNTER_NAME[] = "counter._C_API";

// Functions and constants alone (SUB-1); what they count is in the module that
// they are given (MODST-1). `count` may return -1 with an exception.
struct CounterApi {
    int version;
    size_t size;
    int (*add)(PyObject *module, long number);
    long (*count)(PyObject *module);
};

// The one table of the process.
extern const CounterApi counter_api;

// How many modules have been executed, and how many states have been freed.
extern int counters_made, counters_freed;

// Announces the module; for BeforeStart.
void AnnounceCounter();

// Its table, as a consumer in the current interpreter gets it; NULL and an
// exception where there is none.
const CounterApi *ImportCounterApi();

// What the module of the current interpreter has counted, by its table.
long Count();

// Adds to it; nonzero on failure.
int Add(long number);

} // namespace rules

#endif
