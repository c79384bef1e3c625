/* A producer of tables and a consumer, written as two extensions would be and
 * instrumented by the sanitizers. fuzz/model/tables.h describes what they
 * do. */
#ifndef FUZZ_EXECUTOR_CONSUMER_H
#define FUZZ_EXECUTOR_CONSUMER_H

#include <Python.h>

/* Writes the first `bytes` bytes of a table to `block`. */
void producer_fill(void *block, size_t bytes, int version, size_t size);

/* True if the block is unchanged since producer_fill(). */
int producer_recognises(const void *block, size_t bytes, int version,
                        size_t size);

/* Builds a new consumer, which has no table. */
void consumer_build(int version, size_t prefix);

/* Takes the table from the capsule and keeps it. Returns the table (borrowed),
 * or NULL with an exception if the consumer refuses the table; the consumer has
 * no table then. */
const void *consumer_take(PyObject *capsule, const char *name);

/* Calls the entry of the consumer's table. Returns the int of the returned
 * object, or the status; -1 with an exception on failure. */
int consumer_call(unsigned entry, unsigned how);

#endif
