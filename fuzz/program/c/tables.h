/* Tables of functions, one producer and one consumer. capsule/api_table.h has
 * the same rules; this header repeats them, because emitted C includes no file
 * of this project. */
#ifndef FUZZ_PROGRAM_C_TABLES_H
#define FUZZ_PROGRAM_C_TABLES_H

#include <Python.h>

#include <stdlib.h>
#include <string.h>

/* A table of functions: those with an even number return an object, those with
 * an odd number a status. */
struct table {
    int version;
    size_t size;
    void (*entry[8])(void);
};

/* 65535 stands for the largest size. */
static size_t as_size(size_t number)
{
    return number == 65535 ? (size_t)-1 : number;
}

/* What a consumer was built for, and the table that it has taken. */
struct consumer {
    int version;
    size_t prefix;
    struct table *taken;
};

static struct consumer the_consumer = {1, 24, NULL};

/* The functions of a table. `how` says how a call goes. 0: it fails with an
 * exception. 1: it fails without. 2: it succeeds and raises all the same. 3: it
 * succeeds; a status is 1 then. */
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

/* Returns the producer's table in a block of exactly `bytes` bytes. */
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

/* Builds the consumer anew; it has no table then. */
static void build_consumer(unsigned version, size_t prefix)
{
    the_consumer.version = (short)version;
    the_consumer.prefix = as_size(prefix);
    the_consumer.taken = NULL;
}

/* Returns the capsule's table; NULL and an exception if the table has another
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
 * and an exception if it failed. */
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
