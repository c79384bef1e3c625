/* Starting and ending Python: the main interpreter, and the functions of
 * Py_AtExit(). */
#include "capsule/runtime/interpreter.h"
#include "capsule/runtime/warnings.h"

const struct profile *reference_profile;

static bool initialized;

void Py_InitializeEx(int initsigs)
{
    (void)initsigs;
    if (initialized) {
        return;
    }
    if (reference_profile == NULL) {
        reference_profile = profile_by_name("cpython-3.14");
    }
    warnings_announce_module();
    if (!interpreter_begin()) {
        Py_FatalError("no memory for the main interpreter");
    }
    initialized = true;
}

void Py_Initialize(void) { Py_InitializeEx(1); }

int Py_IsInitialized(void) { return initialized; }

/* --- the end -------------------------------------------------------------- */

static struct {
    void (*function[32])(void);
    int count;
} at_exit;

int Py_AtExit(void (*function)(void))
{
    int room = sizeof(at_exit.function) / sizeof(at_exit.function[0]);
    if (at_exit.count == room) {
        return -1;
    }
    at_exit.function[at_exit.count++] = function;
    return 0;
}

/* Ends the subinterpreters that the program did not end. */
static void end_subinterpreters(void)
{
    PyThreadState *state = thread_state();
    while (interpreter_last() != state->interp) {
        PyThreadState_Swap(interpreter_last()->threads);
        interpreter_end();
    }
    PyThreadState_Swap(state);
}

int Py_FinalizeEx(void)
{
    if (!initialized) {
        return 0;
    }
    if (interpreter() != PyInterpreterState_Main()) {
        Py_FatalError("the main interpreter is not current");
    }
    end_subinterpreters();
    interpreter_end();
    initialized = false;
    while (at_exit.count > 0) {
        at_exit.function[--at_exit.count]();
    }
    return 0;
}

void Py_Finalize(void) { Py_FinalizeEx(); }

const char *Py_GetVersion(void) { return PY_VERSION " (capsule reference)"; }
