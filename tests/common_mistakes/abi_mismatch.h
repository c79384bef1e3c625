/* The declarations of BUG-2. A correct producer and consumer would share one
 * layout; here each has its own. */
#ifndef TESTS_COMMON_MISTAKES_ABI_MISMATCH_H
#define TESTS_COMMON_MISTAKES_ABI_MISMATCH_H

#include <Python.h>

/* Return capsules with newer editions of the producer's table: new
 * references. */
PyObject *new_capsule_with_a_function(void);
PyObject *new_capsule_with_a_number(void);

/* Two newer layouts of the producer, and the older layout of the consumer. */
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
