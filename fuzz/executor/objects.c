/* The object protocol: operations of every Python object. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"

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

/* Returns 1 if repr() succeeds and has the form that TYPE-6 requires, else
 * 0. */
static uintptr_t check_repr(PyObject *capsule, int id)
{
    const char *name =
        (const char *)run.model.capsule[id].field[FIELD_NAME].address;
    PyObject *repr = PyObject_Repr(capsule);
    const char *text = repr ? PyUnicode_AsUTF8(repr) : NULL;
    if (text == NULL) {
        Py_XDECREF(repr);
        return 0;
    }
    char end[40];
    snprintf(end, sizeof(end), "%s at %p>", name ? "\"" : "", (void *)capsule);
    size_t length = strlen(text);
    bool right = strncmp(text, "<capsule object ", 16) == 0 &&
                 length >= 17 + strlen(end) &&
                 strcmp(text + length - strlen(end), end) == 0;
    if (right && name == NULL) {
        right = length == 16 + 4 + strlen(end) &&
                strncmp(text + 16, "NULL", 4) == 0;
    } else if (right) {
        right = text[16] == '"' &&
                shows_name(text + 17, length - 17 - strlen(end), name);
    }
    Py_DECREF(repr);
    return right;
}

/* Returns the number of copies. Suspends allocation failures: they are
 * requested for the capsule API. */
static uintptr_t copy(PyObject *capsule, int protocol)
{
    allocations_end();
    PyObject *reduced = PyObject_CallMethod(capsule, (char *)"__reduce_ex__",
                                            (char *)"i", protocol);
    Py_XDECREF(reduced);
    return reduced != NULL;
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
