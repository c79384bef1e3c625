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
static PyObject *c6;
static PyObject *c7;
static void *p0;
static void *p1;
static void *p2;
static char *n0;
static int c6_references; /* that the program has */
static int c7_references; /* that the program has */

static void destructor_log(PyObject *capsule);
static void destructor_create_and_drop(PyObject *capsule);
static void destructor_create_c6(PyObject *capsule);

/* A block of exactly the size of the name. */
static char *new_name(const char *text)
{
    size_t size = strlen(text) + 1;
    return (char *)memcpy(malloc(size), text, size);
}

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

static void destructor_create_and_drop(PyObject *capsule)
{
    PyObject *saved_type = NULL, *saved_value = NULL;
    PyObject *saved_traceback = NULL;

    enter("destructor_create_and_drop(capsule)");
    SHOW(PyErr_Fetch(&saved_type, &saved_value, &saved_traceback));
    while (c7_references > 0) {
        c7_references--;
        SHOW(Py_DECREF(c7));
    }
    SHOW_CAPSULE(c7, c7 = PyCapsule_New((void *)0x1, "inner", destructor_log));
    c7_references = c7 != NULL;
    if (c7_references > 0) {
    c7_references--;
    SHOW_FATE(c7, Py_DECREF(c7));
    }
    SHOW(PyErr_Restore(saved_type, saved_value, saved_traceback));
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
    SHOW(p2 = malloc(3993));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New(p2, "A", destructor_create_and_drop));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW(p1 = malloc(1264));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New(p1, "b", destructor_create_c6));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW_INT(PyCapsule_SetContext(c6, (void *)0x1000));
    SHOW(n0 = new_name("inner%"));
    SHOW(p0 = malloc(26));
    SHOW_INT(PyCapsule_IsValid(c6, "inne"));

    /* What the program still has. */
    while (c6_references > 0) {
        c6_references--;
        SHOW(Py_DECREF(c6));
    }
    while (c7_references > 0) {
        c7_references--;
        SHOW(Py_DECREF(c7));
    }
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
