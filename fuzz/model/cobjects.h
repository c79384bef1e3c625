/* The PyCObject of a program (at most one exists), and the settings for
 * warnings. */
#ifndef FUZZ_MODEL_COBJECTS_H
#define FUZZ_MODEL_COBJECTS_H

#include <stdbool.h>
#include <stdint.h>

struct model_cobject {
    bool alive;
    /* The fields of the PyCObject; they stay after it is destroyed. */
    uintptr_t pointer, desc; /* either may be 0 */
    bool has_destructor;     /* with a desc: the destructor has two arguments */
    /* Warnings. */
    bool of_python_3; /* the option -3 is on */
    bool are_errors;  /* false: warnings are ignored */
};

/* The module and the attribute that the PyCObject calls import. */
#define COBJECT_MODULE "cobjects"
#define COBJECT_ATTRIBUTE "cap"

#endif
