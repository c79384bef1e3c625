/* The state that a function of the error indicator starts from: a pending
 * exception or none, two exceptions, types, a text, a tuple and another object,
 * each with any number of references. A second thread state must not change. */
#ifndef TESTS_STEPS_ERRORS_STATE_H
#define TESTS_STEPS_ERRORS_STATE_H

#include "capsule/runtime/interpreter.h"
#include "tests/steps/step.h"

/* The objects whose references a step counts. A call may make the last three.
 */
enum {
    GENERAL, /* an exception type */
    SPECIAL, /* an exception type that is derived from GENERAL */
    PLAIN,   /* a type that is no exception type */
    FIRST_EXCEPTION,
    SECOND_EXCEPTION,
    TEXT,
    OTHER, /* neither a type nor an exception */
    TUPLE, /* of two types */
    MADE,  /* an exception */
    MADE_TEXT,
    MADE_TEXT_NEXT,
    OBJECTS
};

/* NULL: not made yet. */
extern PyObject *objects[OBJECTS];
/* The items of the tuple. */
extern PyObject *const items[2];

/* The current thread state. */
extern PyThreadState here;
/* The pending exception before the call, or NULL. */
extern PyObject *raised_before;

/* An allocation of the call failed. */
extern bool memory_failed;
/* The string that the last text was made from. */
extern const char *text_source;
/* The number of lines that were printed. */
extern int printed;

/* Builds any state. `owned`: how many references to each object but the
 * exceptions the caller has that the call may take over. */
void begin(int owned);
/* Says that the caller gives a reference to the object to the call. If the
 * object is an exception that an indicator holds, the caller has another
 * reference. */
void owns_exception(PyObject *op);

/* An exception type, another type, or an object that is no type. */
PyObject *any_class(const char *what);
/* A value for an exception: an exception, a text, another object, None, NULL.
 */
PyObject *any_value(const char *what);

/* True if the object is an exception type. */
bool is_class(const PyObject *op);
/* True if the type is `wanted` or derived from `wanted`. */
bool derives(const PyObject *given, const PyObject *wanted);
/* True if the object is the first or the second exception. */
bool is_exception(const PyObject *op);

/* Says that the call must take `count` references to the object, or give back
 * -count. NULL and objects that nobody counts are ignored. */
void gains(PyObject *op, int count);

/* Each asserts that every reference is accounted for, and:
 * check_kept()      the indicator is as before the call
 * check_replaced()  the indicator holds `exception`, or nothing if NULL
 * check_made()      a new exception with that value is pending, or MemoryError
 *                   if an allocation failed
 * check_set()       the indicator is as PyErr_SetObject() must leave it;
 * `refusal` is the text that the refusal of a type makes */
void check_kept(void);
void check_replaced(PyObject *exception);
void check_made(PyObject *type, PyObject *value);
void check_set(PyObject *type, PyObject *value, int refusal);

#endif
