/* A program of capsule calls.
 *
 *     cc THIS_FILE.c $(python3-config --cflags --ldflags --embed)
 *     ./a.out
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PyObject *c0;
static PyObject *c3;
static PyObject *c6;
static void *p0;
static int c6_references; /* that the program has */
static PyObject *an_int;

static void destructor_log(PyObject *capsule);
static void destructor_create_c6(PyObject *capsule);

static int depth;   /* of destructors within destructors */
static int in_line; /* a call was printed, its result was not */

/* Prints a call before it is made, so that a crash comes after it. */
static void begin(const char *call)
{
    printf("%s%*s%s", in_line ? "\n" : "", 4 * depth, "", call);
    fflush(stdout);
    in_line = 1;
}

/* Prints what the call gave and the exception that is pending. */
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
        PyObject *text = exception ? PyObject_Str(exception) : NULL;
        const char *message = text ? PyUnicode_AsUTF8(text) : NULL;
        if (message != NULL && *message != '\0') {
            printf(": %s", message);
        }
        Py_XDECREF(text);
        PyErr_Clear();
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

static const char *pointer_name(void *pointer)
{
    if (pointer == NULL) {
        return "NULL";
    }
    if (pointer == p0) {
        return "p0";
    }
    if (pointer == c0) {
        return "c0";
    }
    if (pointer == c3) {
        return "c3";
    }
    if (pointer == c6) {
        return "c6";
    }
    if (pointer == (void *)0x1) {
        return "0x1";
    }
    return "another pointer";
}

static void end_pointer(void *pointer)
{
    end(pointer_name(pointer));
}

static void end_int(int number)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%d", number);
    end(digits);
}

#define SHOW(...) \
    do { begin(#__VA_ARGS__); __VA_ARGS__; end(NULL); } while (0)
#define SHOW_CAPSULE(slot, ...) \
    do { \
        begin(#__VA_ARGS__); \
        __VA_ARGS__; \
        end(slot != NULL ? "a capsule" : "NULL"); \
    } while (0)
#define SHOW_POINTER(call) (begin(#call), end_pointer(call))
#define SHOW_INT(call) (begin(#call), end_int(call))
#define SHOW_FATE(capsule, call) \
    do { \
        begin(#call); \
        int last = Py_REFCNT(capsule) == 1; \
        call; \
        end(last ? "destroyed" : "alive"); \
    } while (0)

static void destructor_log(PyObject *capsule)
{
    enter("destructor_log(capsule)");
    leave();
    (void)capsule;
}

static void destructor_create_c6(PyObject *capsule)
{
    PyObject *saved_type = NULL, *saved_value = NULL;
    PyObject *saved_traceback = NULL;

    enter("destructor_create_c6(capsule)");
    SHOW(PyErr_Fetch(&saved_type, &saved_value, &saved_traceback));
    while (c6_references > 0) {
        c6_references--;
        SHOW(Py_DECREF(c6));
    }
    SHOW_CAPSULE(c6, c6 = PyCapsule_New((void *)0x1, "inner", destructor_log));
    c6_references = c6 != NULL;
    SHOW(PyErr_Restore(saved_type, saved_value, saved_traceback));
    leave();
    (void)capsule;
}

int main(void)
{
    Py_InitializeEx(0);
    an_int = PyLong_FromLong(1234567);
    SHOW(p0 = malloc(29));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New(p0, "%b\x01\x7fs", destructor_log));
    SHOW_INT(PyCapsule_SetContext(c0, p0));
    SHOW_POINTER(PyCapsule_GetPointer(c0, "sb\x01\x7fs"));
    SHOW_INT(PyCapsule_SetName(an_int, "s"));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW_CAPSULE(c3, c3 = PyCapsule_New(p0, "\x01s.\x01" "AAA\x7f\x01.\x01", destructor_create_c6));
    SHOW_INT(PyCapsule_IsValid(c3, "\x01s.\x01" "AAA\x7f\x01"));

    /* What the program still has. */
    SHOW(Py_XDECREF(c3));
    while (c6_references > 0) {
        c6_references--;
        SHOW(Py_DECREF(c6));
    }
    Py_DECREF(an_int);
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
