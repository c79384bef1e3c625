/* The C functions that implement destructor behaviours. */
#ifndef FUZZ_EXECUTOR_DESTRUCTORS_H
#define FUZZ_EXECUTOR_DESTRUCTORS_H

#include <Python.h>

/* Returns the C function of a behaviour; NULL for NOTHING. */
PyCapsule_Destructor destructor_function(int behaviour);

#endif
