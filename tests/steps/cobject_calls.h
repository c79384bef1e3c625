/* The functions that PyCObject calls: warnings, capsules, modules. */
#ifndef TESTS_STEPS_COBJECT_CALLS_H
#define TESTS_STEPS_COBJECT_CALLS_H

#include "capsule/profile.h"
#include "tests/steps/step.h"

/* The profile that the functions ask. The step sets its values. */
extern struct profile profile;

/* The number of warnings, and what became of the last one. */
extern struct cobject_warned {
    int warnings;
    bool failed; /* a filter made the warning an exception */
} warned;

/* A capsule, and the name and the pointer that the step gives the capsule. */
extern PyObject capsule;
extern struct cobject_capsule {
    const char *name;
    void *pointer;
} in_capsule;

/* The only module, "m", and what the search for its attribute "a" gave. */
extern PyObject module;
extern struct cobject_found {
    int imports;
    bool failed;
    PyObject *object;
    struct error error; /* of the import or the lookup that failed */
} found;

/* The step defines this: any of its objects, or NULL; borrowed. */
PyObject *any_of(void);

#endif
