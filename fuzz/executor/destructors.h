/* The C functions that destructor behaviours are installed as. */
#ifndef FUZZ_EXECUTOR_DESTRUCTORS_H
#define FUZZ_EXECUTOR_DESTRUCTORS_H

#include <Python.h>

/* The C function of a behaviour; NOTHING gives NULL. */
PyCapsule_Destructor destructor_function(int behaviour);

#endif
