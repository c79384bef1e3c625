/* The C functions through which the Go code uses Python objects. */
#ifndef EXAMPLES_GO_BRIDGE_H
#define EXAMPLES_GO_BRIDGE_H

#include <Python.h>

#include <stdint.h>
#include <stdlib.h>

int is_capsule(PyObject *op); /* `op` is not NULL */

/* Returns a new object without a handle (new reference), or NULL with an
 * exception. */
PyObject *new_object(void);
uintptr_t handle_of(PyObject *op);
void set_handle(PyObject *op, uintptr_t handle);

/* Raises the exception. Replaces bytes of the text that are not UTF-8. */
void raise_text(PyObject *exception, const char *text);

/* True if both are NULL, or have the same bytes up to the first 0. */
int names_match(uintptr_t a, uintptr_t b);

/* Returns true if Python's allocator has no memory for a copy of the text. */
int no_memory_for(const char *text);

void drop(PyObject *op); /* Py_DECREF */

#endif
