/* The object protocol: operations of every Python object. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/report.h"

#include <stdio.h>
#include <string.h>

/* True if the text shows the name. Compares only what precedes the first and
 * follows the last non-ASCII byte: profiles render the rest differently. */
static bool shows_name(const char *text, size_t length, const char *name)
{
    size_t size = strlen(name), start = 0, end = 0;
    while (start < size && (unsigned char)name[start] < 0x80) {
        start++;
    }
    while (end < size && (unsigned char)name[size - 1 - end] < 0x80) {
        end++;
    }
    if (start == size) {
        return length == size && memcmp(text, name, size) == 0;
    }
    return length >= start + end && memcmp(text, name, start) == 0 &&
           memcmp(text + length - end, name + size - end, end) == 0;
}

/* True if the text is that of TYPE-6 for a capsule of this name. `address` is
 * the text of the capsule's address. */
static bool is_right(const char *text, const char *name, const char *address)
{
    char end[64];
    snprintf(end, sizeof end, "%s at %s>", name ? "\"" : "", address);
    const char *start = name ? "<capsule object \"" : "<capsule object ";
    size_t length = strlen(text), before = strlen(start), after = strlen(end);
    return length >= before + after && strncmp(text, start, before) == 0 &&
           strcmp(text + length - after, end) == 0 &&
           shows_name(text + before, length - before - after,
                      name ? name : "NULL");
}

/* Copies the text; where it has the address, the copy has the word ADDRESS: the
 * address differs from run to run. */
static void copy_without_address(char *copy, size_t size, const char *text,
                                 const char *address)
{
    const char *found = strstr(text, address);
    if (found == NULL) {
        snprintf(copy, size, "%s", text);
        return;
    }
    snprintf(copy, size, "%.*sADDRESS%s", (int)(found - text), text,
             found + strlen(address));
}

/* Reports both texts, so that the reader sees the difference. */
static void report_repr(const char *text, const char *name, const char *address)
{
    enum { LONGEST = 4400 }; /* a name has at most 4,096 bytes */
    char expected[LONGEST], got[LONGEST];
    const char *quote = name ? "\"" : "";
    snprintf(expected, sizeof expected, "<capsule object %s%s%s at ADDRESS>",
             quote, name ? name : "NULL", quote);
    copy_without_address(got, sizeof got, text, address);
    violation(RULE_TYPE_6, expected, got);
}

/* Returns 1 if repr() succeeds, else 0. Reports a text that TYPE-6 does not
 * allow. */
static uintptr_t check_repr(PyObject *capsule, int id)
{
    const char *name =
        (const char *)run.model.capsule[id].field[FIELD_NAME].address;
    PyObject *repr = PyObject_Repr(capsule);
    const char *text = repr ? PyUnicode_AsUTF8(repr) : NULL;
    if (text != NULL && run.model.profile->observed_rules) {
        char address[32];
        snprintf(address, sizeof address, "%p", (void *)capsule);
        if (!is_right(text, name, address)) {
            report_repr(text, name, address);
        }
    }
    Py_XDECREF(repr);
    return text != NULL;
}

/* Copies the capsule as copy.copy() does: `__reduce_ex__` returns a function
 * and its arguments, whose result is the copy, or a string if the object is its
 * own copy. Returns the number of copies. Suspends allocation failures: they
 * are requested for the capsule API. */
static uintptr_t copy(PyObject *capsule, int protocol)
{
    allocations_end();
    PyObject *copied = PyObject_CallMethod(capsule, (char *)"__reduce_ex__",
                                           (char *)"i", protocol);
    if (copied && PyTuple_Check(copied)) {
        PyObject *reduced = copied;
        copied = PyObject_CallObject(PyTuple_GetItem(reduced, 0),
                                     PyTuple_GetItem(reduced, 1));
        Py_DECREF(reduced);
    }
    Py_XDECREF(copied);
    return copied != NULL;
}

/* Returns the number of weak references. */
static uintptr_t refer_weakly(PyObject *capsule)
{
    PyObject *reference = PyWeakref_NewRef(capsule, NULL);
    Py_XDECREF(reference);
    return reference != NULL;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    switch ((enum call_op)call->op) {
    case CALL_COPY:
        return copy(object_of(&args[0]), 2 + args[1].number % 4);
    case CALL_WEAK_REFERENCE:
        return refer_weakly(object_of(&args[0]));
    default: /* CALL_REPR */
        return check_repr(object_of(&args[0]), args[0].capsule);
    }
}

const struct executor_family executor_family_objects = {
    .perform = perform,
};
