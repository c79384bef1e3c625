/* Prints each call, its result and the exception that is pending after it. */
#ifndef FUZZ_PROGRAM_C_MAIN_SHOW_H
#define FUZZ_PROGRAM_C_MAIN_SHOW_H

#include <Python.h>

#include <stdio.h>

#include "fuzz/program/c/given.h"

/* The number of running destructors, each nested in the one before. */
static int depth;

/* True if the current line shows a call whose result is not printed yet. */
static int in_line;

/* Prints a call before it is made, so that the call is visible if it
 * crashes. */
static void begin(const char *call)
{
    printf("%s%*s%s", in_line ? "\n" : "", 4 * depth, "", call);
    fflush(stdout);
    in_line = 1;
}

/* Prints the exception's text, if it has one. */
static void show_message(PyObject *exception)
{
    PyObject *text = exception ? PyObject_Str(exception) : NULL;
    const char *message = text ? PyUnicode_AsUTF8(text) : NULL;
    if (message != NULL && *message != '\0') {
        printf(": %s", message);
    }
    Py_XDECREF(text);
    PyErr_Clear();
}

/* Prints the call's result, unless it is NULL, and the pending exception. */
static void end(const char *value)
{
    PyObject *type, *exception, *traceback;
    PyErr_Fetch(&type, &exception, &traceback);
    if (!in_line && (value != NULL || type != NULL)) {
        printf("%*s...", 4 * depth, "");
        in_line = 1;
    }
    if (value != NULL) {
        printf(" -> %s", value);
    }
    if (type != NULL) {
        printf(", %s", ((PyTypeObject *)type)->tp_name);
        if (SHOW_MESSAGES) {
            show_message(exception);
        }
    }
    PyErr_Restore(type, exception, traceback);
    printf("%s", in_line ? "\n" : "");
    fflush(stdout);
    in_line = 0;
}

static void enter(const char *destructor)
{
    depth++;
    begin(destructor);
}

static void leave(void)
{
    printf("%s", in_line ? "\n" : "");
    in_line = 0;
    depth--;
}

static void end_pointer(void *pointer) { end(pointer_name(pointer)); }

static void end_name(const char *name)
{
    if (name == NULL) {
        end("NULL");
        return;
    }
    printf(" -> \"%s\"", name);
    if (buffer_name(name) != NULL) {
        printf(" in %s", buffer_name(name));
    }
    end(NULL);
}

static void end_destructor(PyCapsule_Destructor destructor)
{
    end(destructor_name(destructor));
}

static void end_int(int number)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%d", number);
    end(digits);
}

#define SHOW(...)                                                              \
    do {                                                                       \
        begin(#__VA_ARGS__);                                                   \
        __VA_ARGS__;                                                           \
        end(NULL);                                                             \
    } while (0)

#define SHOW_CAPSULE(slot, ...)                                                \
    do {                                                                       \
        begin(#__VA_ARGS__);                                                   \
        __VA_ARGS__;                                                           \
        end(slot != NULL ? "a capsule" : "NULL");                              \
    } while (0)

#define SHOW_POINTER(call) (begin(#call), end_pointer(call))

#define SHOW_NAME(call) (begin(#call), end_name(call))

#define SHOW_DESTRUCTOR(call) (begin(#call), end_destructor(call))

#define SHOW_INT(call) (begin(#call), end_int(call))

#define SHOW_FATE(capsule, call)                                               \
    do {                                                                       \
        begin(#call);                                                          \
        int last = Py_REFCNT(capsule) == 1;                                    \
        call;                                                                  \
        end(last ? "destroyed" : "alive");                                     \
    } while (0)

#endif
