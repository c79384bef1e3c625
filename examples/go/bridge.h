/* What Go cannot say itself about Python's objects. */
#ifndef EXAMPLES_GO_BRIDGE_H
#define EXAMPLES_GO_BRIDGE_H

#include <Python.h>

#include <stdint.h>
#include <stdlib.h>

int is_capsule(PyObject *op); /* `op` is not NULL */

/* A new object without a handle: new reference; NULL with an exception. */
PyObject *new_object(void);
uintptr_t handle_of(PyObject *op);
void set_handle(PyObject *op, uintptr_t handle);

/* Raises the exception; what is not UTF-8 in the text is replaced. */
void raise_text(PyObject *exception, const char *text);

/* True if both are NULL, or have the same bytes up to the first 0. */
int names_match(uintptr_t a, uintptr_t b);

/* True if Python's allocator has no memory for a copy of the text. */
int no_memory_for(const char *text);

void drop(PyObject *op); /* Py_DECREF */

#endif
