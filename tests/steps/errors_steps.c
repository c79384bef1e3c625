/* The contract of the functions that set the error indicator or look at it,
 * from any state. */
#include STEP_SOURCE

#include "tests/steps/errors_state.h"
#include "tests/steps/steps.h"

/* --- setting -------------------------------------------------------------- */

STEP(PyErr_SetObject)
{
    begin(0);
    PyObject *type = any_class("type"), *value = any_value("value");

    PyErr_SetObject(type, value);

    check_set(type, value, MADE_TEXT);
}

STEP(PyErr_SetNone)
{
    begin(0);
    PyObject *type = any_class("type");

    PyErr_SetNone(type);

    check_set(type, NULL, MADE_TEXT);
}

/* The message of an exception is a new str, of which the exception holds the
 * only reference. */
static void check_message(PyObject *type, const char *message)
{
    HOLDS("ERR-5", !is_class(type) || memory_failed || text_source == message,
          "the message is the one asked for");
    check_set(type, objects[MADE_TEXT], MADE_TEXT_NEXT);
}

STEP(PyErr_SetString)
{
    begin(0);
    PyObject *type = any_class("type");
    const char *message = "message";

    PyErr_SetString(type, message);

    check_message(type, message);
}

STEP(PyErr_Format)
{
    begin(0);
    PyObject *type = any_class("type");
    const char *format = "format";

    PyObject *result = PyErr_Format(type, format, 1);

    SAME("ERR-3", result, NULL, "the result is NULL");
    check_message(type, format);
}

STEP(PyErr_NoMemory)
{
    begin(0);

    PyObject *result = PyErr_NoMemory();

    SAME("NEW-3", result, NULL, "the result is NULL");
    check_replaced((PyObject *)&no_memory);
}

STEP(PyErr_BadArgument)
{
    begin(0);

    int result = PyErr_BadArgument();

    SAME("ERR-3", result, 0, "the result is 0");
    check_made(PyExc_TypeError, objects[MADE_TEXT]);
}

/* --- asking --------------------------------------------------------------- */

STEP(PyErr_Occurred)
{
    begin(0);

    PyObject *result = PyErr_Occurred();

    SAME("ERR-3", result,
         raised_before ? (PyObject *)raised_before->ob_type : NULL,
         "the result is the type of the pending exception, borrowed, or NULL");
    check_kept();
}

/* The answer for an exception or a type `given`, which may be NULL. */
static bool matches(PyObject *given, PyObject *wanted)
{
    if (given == NULL || wanted == NULL) {
        return false;
    }
    if (is_exception(given)) {
        given = (PyObject *)given->ob_type;
    }
    return wanted == objects[TUPLE]
               ? derives(given, items[0]) || derives(given, items[1])
               : derives(given, wanted);
}

static PyObject *any_wanted(void)
{
    int which = any_below("what it is compared with", 6);
    return which == 4   ? objects[TUPLE]
           : which == 5 ? NULL
           : which == 3 ? PyExc_BaseException
                        : objects[which];
}

STEP(PyErr_GivenExceptionMatches)
{
    begin(0);
    PyObject *given =
        any_bool("a type is given") ? any_class("given") : any_value("given");
    PyObject *wanted = any_wanted();

    int result = PyErr_GivenExceptionMatches(given, wanted);

    SAME("ERR-3", result, matches(given, wanted),
         "true for the type, for a derived type, and for one in a tuple");
    check_kept();
}

STEP(PyErr_ExceptionMatches)
{
    begin(0);
    PyObject *wanted = any_wanted();

    int result = PyErr_ExceptionMatches(wanted);

    PyObject *type = raised_before ? (PyObject *)raised_before->ob_type : NULL;
    SAME("ERR-3", result, matches(type, wanted),
         "true if the pending exception is of the type");
    check_kept();
}
