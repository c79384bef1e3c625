/* The contract of the functions that take the pending exception away, put an
 * exception back, clear it or print it, from any state. */
#include "tests/steps/errors_state.h"
#include "tests/steps/steps.h"

STEP(PyErr_Clear)
{
    begin(0);

    PyErr_Clear();

    check_replaced(NULL);
}

STEP(PyErr_GetRaisedException)
{
    begin(0);

    PyObject *result = PyErr_GetRaisedException();

    SAME("DTOR-6", result, raised_before,
         "the result is the pending exception, or NULL");
    gains(raised_before, 1); /* which the caller owns now */
    check_replaced(NULL);
}

/* The exception that PyErr_SetRaisedException() is given. */
static PyObject *any_exception(void)
{
    int which = any_below("the exception", 3);
    return which == 2 ? NULL : objects[FIRST_EXCEPTION + which];
}

STEP(PyErr_SetRaisedException)
{
    begin(0);
    PyObject *exception = any_exception();
    owns_exception(exception);

    PyErr_SetRaisedException(exception);

    gains(exception, -1); /* of the caller */
    check_replaced(exception);
}

STEP(PyErr_Fetch)
{
    begin(0);
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);

    PyObject *of = raised_before ? (PyObject *)raised_before->ob_type : NULL;
    SAME("DTOR-6", value, raised_before,
         "the value is the pending exception, or NULL");
    SAME("DTOR-6", type, of, "the type is that of the exception, or NULL");
    SAME("DTOR-6", traceback, NULL, "there is no traceback");
    gains(raised_before, 1);
    gains(of, 1);
    check_replaced(NULL);
}

STEP(PyErr_Restore)
{
    begin(2);
    PyObject *type = any_bool("a type is given") ? any_class("type") : NULL;
    PyObject *value = any_value("value");
    PyObject *traceback =
        any_bool("a traceback is given") ? objects[OTHER] : NULL;
    owns_exception(value);
    gains(type, -1);
    gains(value, -1);
    gains(traceback, -1);

    PyErr_Restore(type, value, traceback);

    if (type == NULL) {
        check_replaced(NULL);
    } else {
        check_set(type, value, MADE_TEXT);
    }
}

/* PyErr_NormalizeException() made an exception of the type and the value. */
static void check_normalized(PyObject *type, PyObject *value,
                             PyObject *new_type, PyObject *new_value)
{
    PyObject *made = memory_failed ? (PyObject *)&no_memory : objects[MADE];
    PyObject *wanted = memory_failed    ? PyExc_MemoryError
                       : is_class(type) ? type
                                        : PyExc_SystemError;
    SAME("ERR-2", new_value, made, "the value becomes a new exception");
    SAME("ERR-2", new_type, wanted, "the type becomes that of the exception");
    gains(value, -1);
    gains(made, 1);
    gains(type, -1);
    gains(wanted, 1);
    if (!memory_failed && made != NULL) {
        PyObject *kept = ((PyBaseExceptionObject *)made)->value;
        SAME("ERR-5", kept,
             !is_class(type)    ? objects[MADE_TEXT]
             : value == Py_None ? NULL
                                : value,
             "the exception has the old value as its own");
        gains(kept, 1);
    }
}

STEP(PyErr_NormalizeException)
{
    begin(2);
    PyObject *type = any_bool("a type is given") ? any_class("type") : NULL;
    PyObject *value = any_value("value"), *traceback = NULL;
    ASSUME(!is_exception(value) || type != NULL,
           "an exception comes with its type");
    owns_exception(value);
    PyObject *new_type = type, *new_value = value;

    PyErr_NormalizeException(&new_type, &new_value, &traceback);

    if (type == NULL || is_exception(value)) {
        SAME("ERR-2", new_value, value, "an exception stays as it is");
        SAME("ERR-2", new_type, type, "so does its type");
    } else {
        check_normalized(type, value, new_type, new_value);
    }
    SAME("ERR-2", traceback, NULL, "there is no traceback");
    check_kept();
}

/* --- printing ------------------------------------------------------------- */

STEP(PyErr_WriteUnraisable)
{
    begin(0);
    PyObject *origin = any_bool("it has an origin") ? objects[OTHER] : NULL;

    PyErr_WriteUnraisable(origin);

    SAME("DTOR-4", printed,
         raised_before == NULL ? 0
         : origin == NULL      ? 1
                               : 2,
         "an exception takes one line, and its origin another");
    check_replaced(NULL);
}

STEP(PyErr_Print)
{
    begin(0);

    PyErr_Print();

    SAME("DTOR-4", printed, raised_before != NULL,
         "the exception takes one line");
    check_replaced(NULL);
}
