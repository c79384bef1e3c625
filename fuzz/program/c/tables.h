/* Tables of functions, a producer and a consumer. capsule/api_table.h has the
 * same rules; this header repeats them because emitted C includes no file of
 * this project. */
#ifndef FUZZ_PROGRAM_C_TABLES_H
#define FUZZ_PROGRAM_C_TABLES_H

#include <Python.h>

#include <stdlib.h>
#include <string.h>

/* A table of functions. Entries with an even number return an object; entries
 * with an odd number return a status. */
struct table {
    int version;
    size_t size;
    void (*entry[8])(void);
};

/* The number 65535 stands for the largest size. */
static size_t as_size(size_t number)
{
    return number == 65535 ? (size_t)-1 : number;
}

/* The version and size that the consumer is built for, and its table. */
struct consumer {
    int version;
    size_t prefix;
    struct table *taken;
};

static struct consumer the_consumer = {1, 24, NULL};

/* The functions of a table. `how` selects the result: 0 fails with an
 * exception; 1 fails without an exception; 2 succeeds but raises an exception;
 * 3 returns the status 1, or an object. */
static PyObject *object_entry(long number, unsigned how)
{
    if (how == 0 || how == 2) {
        PyErr_SetString(PyExc_KeyError, "entry");
    }
    return how < 2 ? NULL : PyLong_FromLong(100 + number);
}

static int status_entry(unsigned how)
{
    if (how == 0 || how == 2) {
        PyErr_SetString(PyExc_KeyError, "entry");
    }
    return how < 2 ? -1 : how == 3;
}

static PyObject *entry_0(unsigned how) { return object_entry(0, how); }

static PyObject *entry_2(unsigned how) { return object_entry(2, how); }

static PyObject *entry_4(unsigned how) { return object_entry(4, how); }

static PyObject *entry_6(unsigned how) { return object_entry(6, how); }

/* Returns a new table of the producer in a block of exactly `bytes` bytes. */
static void *new_table(unsigned version, size_t size, size_t bytes)
{
    struct table table = {
        (short)version,
        as_size(size),
        {(void (*)(void))entry_0, (void (*)(void))status_entry,
         (void (*)(void))entry_2, (void (*)(void))status_entry,
         (void (*)(void))entry_4, (void (*)(void))status_entry,
         (void (*)(void))entry_6, (void (*)(void))status_entry}};
    if (bytes > sizeof table) {
        bytes = sizeof table;
    }
    return memcpy(malloc(bytes), &table, bytes);
}

/* Builds a new consumer, which has no table. */
static void build_consumer(unsigned version, size_t prefix)
{
    the_consumer.version = (short)version;
    the_consumer.prefix = as_size(prefix);
    the_consumer.taken = NULL;
}

/* Returns the capsule's table; NULL with an exception if the table has another
 * version or is too short. */
static void *take_table(PyObject *capsule, const char *name)
{
    struct table *table = (struct table *)PyCapsule_GetPointer(capsule, name);
    if (table != NULL &&
        (table->version != the_consumer.version || table->size < 16 ||
         table->size < the_consumer.prefix)) {
        PyErr_SetString(PyExc_RuntimeError, "incompatible table");
        table = NULL;
    }
    the_consumer.taken = table;
    return table;
}

/* Calls the n-th function. Returns its status or the number in its object; -1
 * with an exception on failure. */
static int call_entry(unsigned n, unsigned how)
{
    struct table *table = the_consumer.taken;
    PyObject *result = NULL;
    int number = -1;
    if (table == NULL || table->size < 16 + (n + (size_t)1) * 8) {
        PyErr_SetString(PyExc_RuntimeError, "no such entry");
        return -1;
    }
    if (n % 2 == 0) {
        result = ((PyObject * (*)(unsigned)) table->entry[n])(how);
        number = result != NULL ? 0 : -1;
    } else {
        number = ((int (*)(unsigned))table->entry[n])(how);
    }
    if (number != (PyErr_Occurred() != NULL ? -1 : 0)) {
        PyErr_SetString(PyExc_SystemError, "convention broken");
        number = -1;
    }
    if (number == 0 && result != NULL) {
        number = (int)PyLong_AsLong(result);
    }
    Py_XDECREF(result);
    return number;
}

#endif
