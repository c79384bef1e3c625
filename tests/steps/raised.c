/* Stands for the exceptions of Python in a proof. An exception has a type, a
 * value and a text. */
#include <stdarg.h>
#include <stddef.h>

#include "tests/steps/environment.h"
#include "tests/steps/exception_type.h"

/* Reads a string as the rest of Python would, with every check. */
static void copy_text(char *copy, const char *text)
{
    for (int i = 0; i < ARGUMENT_BYTES; i++) {
        copy[i] = text[i];
        if (text[i] == '\0') {
            break;
        }
    }
}

/* The environment is no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

/* --- the error indicator -------------------------------------------------- */

struct raised environment_raised;
size_t environment_fetched;

/* The exceptions that were given away; free where the type is NULL. */
enum { FETCHED = 2 };
static struct raised fetched[FETCHED];

/* The text of the exception that is pending before the call, and every other
 * text. Each is a str. */
PyTypeObject PyUnicode_Type;
static PyObject text_before = {.ob_refcnt = 1, .ob_type = &PyUnicode_Type};
static PyObject text_made = {.ob_refcnt = 1, .ob_type = &PyUnicode_Type};

#ifdef CAPSULE_REFERENCE
_Static_assert(offsetof(struct raised, value) ==
                   offsetof(PyBaseExceptionObject, value),
               "a source finds the value of an exception");
#endif

EXCEPTION(BaseException)
EXCEPTION(Exception)
EXCEPTION(AttributeError)
EXCEPTION(DeprecationWarning)
EXCEPTION(ImportError)
EXCEPTION(KeyError)
EXCEPTION(LookupError)
EXCEPTION(MemoryError)
EXCEPTION(PendingDeprecationWarning)
EXCEPTION(RuntimeError)
EXCEPTION(SystemError)
EXCEPTION(TypeError)
EXCEPTION(ValueError)

struct message environment_message(const char *text)
{
    struct message message = {.hash = 14695981039346656037u};
    for (; text[message.size] != '\0'; message.size++) {
        message.hash ^= (unsigned char)text[message.size];
        message.hash *= 1099511628211u;
    }
    return message;
}

/* Replaces the pending exception. The value and the argument may be NULL. */
static void raise(PyObject *type, PyObject *value, const char *format,
                  const char *argument)
{
    static size_t raised;
    environment_raised.type = type;
    environment_raised.value = value;
    environment_raised.number = ++raised;
    environment_raised.message = environment_message(format);
    environment_raised.argument[0] = '\0';
    if (argument != NULL) {
        copy_text(environment_raised.argument, argument);
    }
}

PyObject *PyErr_Occurred(void) { return environment_raised.type; }

void PyErr_Clear(void) { environment_raised.type = NULL; }

void PyErr_SetNone(PyObject *type) { raise(type, NULL, "", NULL); }

void PyErr_SetObject(PyObject *type, PyObject *value)
{
    Py_XINCREF(value);
    raise(type, value, "", NULL);
}

void PyErr_SetString(PyObject *type, const char *message)
{
    raise(type, &text_made, message, NULL);
}

/* Knows one argument, a string, as capsules need it. */
PyObject *PyErr_Format(PyObject *type, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *argument = NULL;
    for (const char *c = format; *c; c++) {
        if (c[0] == '%' && c[1] != '%') {
            argument = va_arg(arguments, const char *);
            break;
        }
    }
    va_end(arguments);
    raise(type, &text_made, format, argument);
    return NULL;
}

PyObject *PyErr_NoMemory(void)
{
    raise(PyExc_MemoryError, NULL, "", NULL);
    return NULL;
}

PyObject *PyErr_GetRaisedException(void)
{
    if (environment_raised.type == NULL) {
        return NULL;
    }
    for (int i = 0; i < FETCHED; i++) {
        if (fetched[i].type == NULL) {
            fetched[i] = environment_raised;
            fetched[i].base.ob_type = (PyTypeObject *)environment_raised.type;
            Py_SET_REFCNT(&fetched[i].base, 1);
            environment_fetched++;
            environment_raised.type = NULL;
            return &fetched[i].base;
        }
    }
    HOLDS("environment", false, "has room for the exceptions that are fetched");
    return NULL;
}

/* Returns the exception that was given away, or NULL for another object. */
static struct raised *fetched_at(PyObject *op)
{
    for (int i = 0; i < FETCHED; i++) {
        if (op == &fetched[i].base) {
            return &fetched[i];
        }
    }
    return NULL;
}

bool environment_forget(PyObject *op)
{
    struct raised *exception = fetched_at(op);
    if (exception != NULL) {
        exception->type = NULL;
        environment_fetched--;
    }
    return exception != NULL || Py_TYPE(op) == &PyUnicode_Type;
}

void PyErr_SetRaisedException(PyObject *op)
{
    struct raised *exception = fetched_at(op);
    PyErr_Clear();
    if (exception != NULL) {
        environment_raised = *exception;
        environment_forget(op);
    }
}

void PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback)
{
    *type = PyErr_Occurred();
    *value = PyErr_GetRaisedException();
    *traceback = NULL;
}

void PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback)
{
    (void)traceback;
    if (type == NULL || fetched_at(value) != NULL) {
        PyErr_SetRaisedException(value);
    } else {
        raise(type, value, "", NULL);
    }
}

void PyErr_WriteUnraisable(PyObject *object)
{
    (void)object;
    PyErr_Clear();
}

static PyObject *base_of(PyObject *type)
{
    return type == PyExc_KeyError        ? PyExc_LookupError
           : type == PyExc_BaseException ? NULL
           : type == PyExc_Exception     ? PyExc_BaseException
                                         : PyExc_Exception;
}

int PyErr_GivenExceptionMatches(PyObject *given, PyObject *type)
{
    if (fetched_at(given) != NULL) {
        given = (PyObject *)Py_TYPE(given);
    }
    for (int depth = 0; given && depth < 4; depth++) {
        if (given == type) {
            return 1;
        }
        given = base_of(given);
    }
    return 0;
}

int PyErr_ExceptionMatches(PyObject *type)
{
    return PyErr_GivenExceptionMatches(PyErr_Occurred(), type);
}

/* --- strings -------------------------------------------------------------- */

PyObject *PyUnicode_FromString(const char *text)
{
    (void)text;
    if (any_bool("this allocation fails")) {
        environment_memory_failed = true;
        return PyErr_NoMemory();
    }
    Py_INCREF(&text_made);
    return &text_made;
}

/* --- what a step sees of exceptions --------------------------------------- */

void environment_begin_error(void)
{
    int which = any_below("an exception is pending", 3);
    if (which > 0) {
        raise(PyExc_KeyError, which == 2 ? &text_before : NULL, "", NULL);
    }
}

struct error error_now(void)
{
    PyObject *type = PyErr_Occurred();
    return type == NULL ? (struct error){0}
                        : (struct error){type, environment_raised.number,
                                         environment_raised.value};
}

bool error_says(struct error error, const char *format, const char *name)
{
    const struct raised *raised = &environment_raised;
    struct message expected = environment_message(format);
    return error.type != NULL && error.number == raised->number &&
           raised->message.size == expected.size &&
           raised->message.hash == expected.hash &&
           (name == NULL || names_equal(raised->argument, name));
}
