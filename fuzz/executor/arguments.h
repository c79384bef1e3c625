/* Turns the arguments of a call into what the implementation takes. */
#ifndef FUZZ_EXECUTOR_ARGUMENTS_H
#define FUZZ_EXECUTOR_ARGUMENTS_H

#include "fuzz/executor/destructors.h"
#include "fuzz/executor/world.h"

/* Copies each literal that the call passes as a name into a block of its
 * own. */
void allocate_literals(const struct call *call, struct model_arg *args);

/* Returns the object that an ARG_OBJECT argument stands for: borrowed, or
 * NULL. */
PyObject *object_of(const struct model_arg *arg);

static inline void *pointer_of(const struct model_arg *arg)
{
    return (void *)arg->value.address;
}

static inline const char *name_of(const struct model_arg *arg)
{
    return (const char *)arg->value.address;
}

static inline PyCapsule_Destructor function_of(const struct model_arg *arg)
{
    return destructor_function(arg->tag == VALUE_DESTRUCTOR ? arg->index
                                                            : NOTHING);
}

/* The lookalike is an object of another type with the size of a capsule. All
 * its fields hold lookalike_value. */
extern const char lookalike_value[];
static inline size_t lookalike_count(void)
{
    return ((size_t)PyCapsule_Type.tp_basicsize - sizeof(PyObject)) /
           sizeof(char *);
}
static inline const char **lookalike_fields(PyObject *lookalike)
{
    return (const char **)(lookalike + 1);
}

#endif
