/* What the two files of BUG-2 would have to have in common. */
#ifndef TESTS_COMMON_MISTAKES_ABI_MISMATCH_H
#define TESTS_COMMON_MISTAKES_ABI_MISMATCH_H

#include <Python.h>

/* The newer editions of the producer's table: new references to capsules. */
PyObject *new_capsule_with_a_function(void);
PyObject *new_capsule_with_a_number(void);

/* The producer's newer layouts, and the consumer's. */
struct table_with_a_function {
    int version;
    void (*reset)(void);
    PyObject *(*add_one)(PyObject *);
};

struct table_with_a_number {
    int version;
    intptr_t flags;
    PyObject *(*add_one)(PyObject *);
};

struct table_as_it_was {
    int version;
    PyObject *(*add_one)(PyObject *);
};

#endif
