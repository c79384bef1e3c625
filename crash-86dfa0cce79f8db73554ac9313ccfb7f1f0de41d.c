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
static PyObject *c1;
static PyObject *c2;
static PyObject *c3;
static void *p0;
static void *p2;
static int c0_references; /* that the program has */

static void destructor_drop_c0(PyObject *capsule);

/* Py_NewRef(), which Python 3.9 and before do not have. */
static PyObject *new_ref(PyObject *object)
{
    Py_INCREF(object);
    return object;
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

static const char *pointer_name(void *pointer)
{
    if (pointer == NULL) {
        return "NULL";
    }
    if (pointer == p0) {
        return "p0";
    }
    if (pointer == p2) {
        return "p2";
    }
    if (pointer == c0) {
        return "c0";
    }
    if (pointer == c1) {
        return "c1";
    }
    if (pointer == c2) {
        return "c2";
    }
    if (pointer == c3) {
        return "c3";
    }
    if (pointer == (void *)0x2) {
        return "0x2";
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

static void destructor_drop_c0(PyObject *capsule)
{
    enter("destructor_drop_c0(capsule)");
    if (c0_references > 0) {
    c0_references--;
    SHOW_FATE(c0, Py_DECREF(c0));
    }
    leave();
    (void)capsule;
}

int main(void)
{
    Py_InitializeEx(0);
    SHOW(PyErr_SetNone(PyExc_SystemExit));
    SHOW(p2 = malloc(8));
    SHOW(p0 = malloc(1));
    SHOW_CAPSULE(c1, c1 = PyCapsule_New((void *)0x2, "dltensor", NULL));
    SHOW_CAPSULE(c2, c2 = PyCapsule_New(p0, "datensor", destructor_drop_c0));
    SHOW_POINTER(PyCapsule_GetContext(c2));
    SHOW_CAPSULE(c3, c3 = PyCapsule_New(p0, "b", destructor_drop_c0));
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    SHOW_CAPSULE(c0, c0 = new_ref(c1));
    c0_references = c0 != NULL;
    SHOW(PyErr_SetNone(PyExc_MemoryError));
    SHOW_INT(PyCapsule_SetContext(c1, p0));
    SHOW_INT(PyCapsule_IsValid(c2, "datenso"));

    /* What the program still has. */
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    SHOW(Py_XDECREF(c1));
    SHOW(Py_XDECREF(c2));
    SHOW(Py_XDECREF(c3));
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
