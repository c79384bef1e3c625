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

/* The parts of a chained exception: its cause, its context and its notes. */
enum { PARTS = 3 };

/* The exceptions that the program has met. A reference to each is kept. Without
 * it a later exception could get the same address and look like the earlier
 * one.
 *
 * A MemoryError is not kept if the implementation has a reserve of them: no
 * other exception can get its address, and CPython 3.13 loses a block each time
 * that the reserve is used up. */
static struct {
    struct known_exception {
        PyObject *exception;
        /* The parts when the program raised the exception; borrowed, for
         * comparisons only. */
        const void *part[PARTS];
    } *list;
    size_t count, room; /* the list is reused by later programs */
} met;

/* Reads the attributes of the pending exception while no exception is pending,
 * as Python code would. The notes must be one note. Returns false if there are
 * more or fewer. */
static bool read_parts(const void *part[PARTS])
{
    static const char *const NAMES[PARTS] = {"__cause__", "__context__",
                                             "__notes__"};
    bool one_note = false;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    for (int i = 0; i < PARTS; i++) {
        PyObject *attribute =
            value ? PyObject_GetAttrString(value, NAMES[i]) : NULL;
        part[i] = attribute;
        one_note = attribute && PyList_Size(attribute) == 1;
        Py_XDECREF(attribute);
        PyErr_Clear();
    }
    PyErr_Restore(type, value, traceback);
    return one_note;
}

/* True if the pending exception, which the program has given a cause, a context
 * and a note, still has the same ones. */
static bool keeps_parts(const PyObject *exception)
{
    const void *part[PARTS];
    bool one_note = read_parts(part);
    for (size_t i = met.count; i-- > 0;) {
        if (met.list[i].exception == exception) {
            return one_note && memcmp(part, met.list[i].part, sizeof part) == 0;
        }
    }
    return true;
}

static void remember_exception(PyObject *exception)
{
    if (exception == NULL ||
        (PyErr_Occurred() == PyExc_MemoryError && !host_keeps_nothing())) {
        return;
    }
    if (met.count == met.room) {
        met.room = met.room ? 2 * met.room : 256;
        met.list = realloc(met.list, met.room * sizeof(*met.list));
        if (met.list == NULL) {
            fputs("executor: no memory for the exceptions of a program\n",
                  stderr);
            abort();
        }
    }
    Py_INCREF(exception);
    struct known_exception *known = &met.list[met.count++];
    known->exception = exception;
    if (run.model.error.has_chain) {
        read_parts(known->part);
    }
}

void forget_exceptions(void)
{
    while (met.count > 0) {
        Py_DECREF(met.list[--met.count].exception);
    }
}

static bool is_pending_elsewhere(const PyObject *exception)
{
    for (int i = 0; i < INTERPRETERS; i++) {
        const struct model_interpreter *other = &run.model.interpreter[i];
        if (i != run.model.current && other->runs && other->error.set &&
            other->error.identity == exception) {
            return true;
        }
    }
    return false;
}

void forget_exceptions_here(void)
{
    for (size_t i = met.count; i-- > 0;) {
        if (!is_pending_elsewhere(met.list[i].exception)) {
            Py_DECREF(met.list[i].exception);
            met.list[i] = met.list[--met.count];
        }
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
    } else if (e->has_chain && !keeps_parts(exception)) {
        violation(rule, "the exception keeps its cause, context and note",
                  "the exception has others");
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
        if (PyErr_Occurred() == NULL) {
            violation(p->indicator_rule, describe_error(&run.model.error),
                      describe_pending());
        } else if (!replaced) {
            violation(p->indicator_rule, "an exception of its own",
                      "the exception that was pending before the call");
        }
        check_indicator(p->message_rule);
        exercise(p->message_rule, WHEN_FAILS);
        exercise(p->indicator_rule, before->set ? WHEN_PENDING : WHEN_FAILS);
        return;
    }
    check_indicator(p->indicator_rule);
    exercise(p->indicator_rule, before->set ? WHEN_PENDING : WHEN_SUCCEEDS);
}
