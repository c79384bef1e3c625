/* A producer of tables and a consumer, as two extensions would have them; under
 * the sanitizers, as extensions are. fuzz/model/tables.h says what they do. */
#ifndef FUZZ_EXECUTOR_CONSUMER_H
#define FUZZ_EXECUTOR_CONSUMER_H

#include <Python.h>

/* Writes the first `bytes` bytes of a table to `block`. */
void producer_fill(void *block, size_t bytes, int version, size_t size);

/* True if the block is unchanged since producer_fill(). */
int producer_recognises(const void *block, size_t bytes, int version,
                        size_t size);

/* Builds the consumer anew: it has no table then. */
void consumer_build(int version, size_t prefix);

/* Takes the table of the capsule: borrowed, and kept. NULL and an exception
 * where it is refused; then none is kept. */
const void *consumer_take(PyObject *capsule, const char *name);

/* Calls the entry of the table that was taken: the int that it gave, or its
 * status; -1 and an exception on failure. */
int consumer_call(unsigned entry, unsigned how);

#endif
