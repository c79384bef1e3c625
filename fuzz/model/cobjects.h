/* The one PyCObject that a program can have, and what becomes of warnings. */
#ifndef FUZZ_MODEL_COBJECTS_H
#define FUZZ_MODEL_COBJECTS_H

#include <stdbool.h>
#include <stdint.h>

struct model_cobject {
    bool alive;
    /* What it holds; after its end, what it held. */
    uintptr_t pointer, desc; /* either may be 0 */
    bool has_destructor;     /* with desc: the one of two arguments */
    /* Warnings. */
    bool of_python_3; /* the option -3 is on */
    bool are_errors;  /* else they are ignored */
};

/* What the calls about PyCObject go by when they import. */
#define COBJECT_MODULE "cobjects"
#define COBJECT_ATTRIBUTE "cap"

#endif
