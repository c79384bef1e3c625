/* Stands for the rest of Python in a proof. */
#ifndef TESTS_STEPS_ENVIRONMENT_H
#define TESTS_STEPS_ENVIRONMENT_H

#include "tests/steps/step.h"

/* The bound of the checker: names of 0 to NAME_BYTES bytes. */
#ifndef NAME_BYTES
#define NAME_BYTES 5
#endif

/* The most references to a capsule that the state begins with. */
#ifndef MOST_REFERENCES
#define MOST_REFERENCES ((1 << 30) - 1)
#endif

/* The text of a format. Two texts are taken for equal if they have one length
 * and one 64-bit FNV-1a hash, which the checker computes in advance. */
struct message {
    size_t size;
    uint64_t hash;
};
struct message environment_message(const char *text);

/* PyCapsule_Import has the shortest names and by far the longest proof. It
 * needs room for a name only; every other function gets more. */
enum { SHORT_NAMES = NAME_BYTES < 4 };
enum { ARGUMENT_BYTES = SHORT_NAMES ? NAME_BYTES + 2 : 32 };

/* An exception: what PyErr_SetString() and the like make. */
struct raised {
    PyObject base;
    PyObject *value; /* where the reference has the value; may be NULL */
    PyObject *type;  /* NULL: no exception */
    size_t number;   /* counts the exceptions, so that two can be told apart */
    struct message message;
    /* A copy of the first argument, a string; empty if there is none. */
    char argument[ARGUMENT_BYTES];
};

/* The error indicator. */
extern struct raised environment_raised;
/* The number of exceptions that PyErr_Fetch() and the like gave away. */
extern size_t environment_fetched;

/* Makes an exception pending, with or without a text, or none. */
void environment_begin_error(void);
/* Destroys an exception or a text. False for any other object. */
bool environment_forget(PyObject *op);

/* A new object of that type with one reference. All other bytes have any value.
 * The object counts as a block of the implementation. */
PyObject *environment_object(PyTypeObject *type);

/* True in a step that gives back the last reference to a capsule. */
extern bool environment_may_destroy;

extern size_t environment_blocks;
extern bool environment_memory_failed;

#endif
