/* The fields of a capsule in memory, for the model checker. */
#ifndef TESTS_STEPS_LAYOUT_H
#define TESTS_STEPS_LAYOUT_H

#include "tests/steps/step.h"

/* Reads and writes the four fields of a capsule. layout.c is compiled with the
 * source under proof, so it knows the struct. */
struct fields layout_read(PyObject *capsule);
void layout_write(PyObject *capsule, struct fields fields);

/* Reads and writes what is kept for the cycle collector. */
struct collected layout_collected(PyObject *capsule);
void layout_collect(PyObject *capsule, struct collected collected);

/* Allocates the memory of an object of the type. The bytes have any value. The
 * memory has the type of the struct, which the checker handles far better than
 * an array of bytes. */
PyObject *layout_allocate(PyTypeObject *type);
/* The start of the block that layout_allocate() allocated for the object. */
void *layout_block(void *op);

#endif
