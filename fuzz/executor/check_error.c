/* Compares the error indicator with the model's. */
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"
#include "fuzz/executor/world.h"

#include <stdlib.h>
#include <string.h>

/* Returns the pending exception (borrowed) and leaves it pending. Returns NULL
 * if the implementation has not made an object of the exception yet: then
 * CPython up to 3.11 has no value, and PyPy the value None. */
static PyObject *peek_exception(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyObject *exception = PyErr_GetRaisedException();
    PyErr_SetRaisedException(exception);
    return exception;
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_Restore(type, value, traceback);
    return value == Py_None ? NULL : value;
#endif
}

bool has_raised(const struct model_error *before)
{
    return PyErr_Occurred() &&
           (!before->set || before->identity != peek_exception());
}

/* The exceptions that the program has met. A reference to each is kept. Without
 * it a later exception could get the same address and look like the earlier
 * one.
 *
 * A MemoryError is not kept if the implementation has a reserve of them: no
 * other exception can get its address, and CPython 3.13 loses a block each time
 * that the reserve is used up. */
static struct {
    PyObject **exception;
    size_t count, room; /* the array is reused by later programs */
} met;

static void remember_exception(PyObject *exception)
{
    if (exception == NULL ||
        (PyErr_Occurred() == PyExc_MemoryError && !host_keeps_nothing())) {
        return;
    }
    if (met.count == met.room) {
        met.room = met.room ? 2 * met.room : 256;
        met.exception =
            realloc(met.exception, met.room * sizeof(*met.exception));
        if (met.exception == NULL) {
            fputs("executor: no memory for the exceptions of a program\n",
                  stderr);
            abort();
        }
    }
    Py_INCREF(exception);
    met.exception[met.count++] = exception;
}

void forget_exceptions(void)
{
    while (met.count > 0) {
        Py_DECREF(met.exception[--met.count]);
    }
}

static bool message_is(PyObject *exception, const char *message)
{
    PyObject *text = PyObject_Str(exception);
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : NULL;
    bool same = utf8 && strcmp(utf8, message) == 0;
    Py_XDECREF(text);
    return same;
}

/* True if the pending exception has the type and the message of the model.
 * Reads the message while no exception is pending, as Python code would. */
static bool is_as_expected(const struct model_error *e)
{
    if (PyErr_Occurred() != world.exception_type[e->type]) {
        return false;
    }
    if (e->message == NULL) {
        return true;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    bool same = value && message_is(value, e->message);
    PyErr_Restore(type, value, traceback);
    return same;
}

void check_indicator(uint16_t rule)
{
    struct model_error *e = &run.model.error;
    if (!e->set) {
        if (PyErr_Occurred()) {
            violation(rule, describe_error(e), describe_pending());
        }
        return;
    }
    if (PyErr_Occurred() == NULL) {
        violation(rule, describe_error(e), describe_pending());
    }
    PyObject *exception = peek_exception();
    if (e->identity == NULL) {
        if (run.model.profile->observed_rules && !is_as_expected(e)) {
            violation(rule, describe_error(e), describe_pending());
        }
        e->identity = exception;
        remember_exception(exception);
    } else if (e->identity != exception ||
               (e->has_text && run.model.profile->observed_rules &&
                !is_as_expected(e))) {
        violation(rule, describe_error(e), describe_pending());
    }
}

void check_error(const struct step *step)
{
    const struct prediction *p = &step->prediction;
    const struct model_error *before = &step->before;
    if (p->fails) {
        /* An implementation may raise the same MemoryError object again. */
        bool replaced = !before->set || before->identity == NULL ||
                        p->exception == EXCEPTION_MEMORY_ERROR ||
                        before->identity != peek_exception();
        if (PyErr_Occurred() == NULL || !replaced) {
            violation(p->indicator_rule, describe_error(&run.model.error),
                      describe_pending());
        }
        check_indicator(p->message_rule);
        exercise(p->message_rule, WHEN_FAILS);
        exercise(p->indicator_rule, before->set ? WHEN_PENDING : WHEN_FAILS);
        return;
    }
    check_indicator(p->indicator_rule);
    exercise(p->indicator_rule, before->set ? WHEN_PENDING : WHEN_SUCCEEDS);
}
