// Modules that count how often they are initialised: "phased" in phases,
// "single" in one phase; "created" and "silently" fail. They are announced
// before Python starts.
#ifndef TESTS_REFERENCE_COUNTED_MODULES_H
#define TESTS_REFERENCE_COUNTED_MODULES_H

#include <Python.h>

#include <string>
#include <vector>

namespace reference {

// The names of capsules as they are destroyed, and "free" when "phased" is
// freed.
extern std::vector<std::string> events;

// A destructor: appends the name of the capsule to `events`.
void Note(PyObject *capsule);

// How often "phased" was executed, and "single" initialised.
extern int executed, initialised;

// "phased" raises ValueError when it is executed; "single" imports itself when
// it is initialised.
extern bool fail_to_execute, import_itself;

// Sets all of these to their first values.
void ResetModules();

// The state of "phased"; 7 after its execution.
struct State {
    int value;
};

extern PyModuleDef single_def;
PyObject *InitSingle();

} // namespace reference

#endif
