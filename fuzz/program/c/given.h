/* A sample of what the emitter prints for each program, so that the other
 * headers compile alone. The emitter does not embed this file. */
#ifndef FUZZ_PROGRAM_C_GIVEN_H
#define FUZZ_PROGRAM_C_GIVEN_H

#include <Python.h>

/* 0 if the program makes allocations fail: str() allocates too. */
enum { SHOW_MESSAGES = 1 };

/* Returns the name of the variable, address or function with this value. */
static const char *pointer_name(void *pointer)
{
    return pointer == NULL ? "NULL" : "another pointer";
}

static const char *buffer_name(const char *name)
{
    (void)name;
    return NULL;
}

static const char *destructor_name(PyCapsule_Destructor destructor)
{
    return destructor == NULL ? "NULL" : "another destructor";
}

#endif
