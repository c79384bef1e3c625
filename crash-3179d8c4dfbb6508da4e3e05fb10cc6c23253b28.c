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
static PyObject *c7;
static char *n0;
static char *n1;
static int c0_references; /* that the program has */
static int c2_references; /* that the program has */
static int c3_references; /* that the program has */
static int c7_references; /* that the program has */

static void destructor_log(PyObject *capsule);
static void destructor_set_all_fields(PyObject *capsule);
static void destructor_drop_c0(PyObject *capsule);
static void destructor_drop_c2(PyObject *capsule);
static void destructor_drop_c3(PyObject *capsule);
static void destructor_create_and_drop(PyObject *capsule);
static void destructor_drop_context(PyObject *capsule);

/* A block of exactly the size of the name. */
static char *new_name(const char *text)
{
    size_t size = strlen(text) + 1;
    return (char *)memcpy(malloc(size), text, size);
}

/* Keeps `other` alive by a reference in the context of `capsule`, which
 * `drop` gives back. */
static void hold(PyObject *capsule, PyObject *other,
                 PyCapsule_Destructor drop)
{
    Py_INCREF(other);
    PyCapsule_SetContext(capsule, other);
    PyCapsule_SetDestructor(capsule, drop);
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
    if (pointer == c7) {
        return "c7";
    }
    if (pointer == (void *)0x1) {
        return "0x1";
    }
    if (pointer == (void *)0x2) {
        return "0x2";
    }
    if (pointer == (void *)0x1000) {
        return "0x1000";
    }
    if (pointer == (void *)0x8000000000000000) {
        return "0x8000000000000000";
    }
    if (pointer == (void *)0xffffffffffffffff) {
        return "0xffffffffffffffff";
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

static void destructor_set_all_fields(PyObject *capsule)
{
    enter("destructor_set_all_fields(capsule)");
    SHOW_INT(PyCapsule_SetPointer(capsule, (void *)0x1));
    SHOW_INT(PyCapsule_SetName(capsule, "set"));
    SHOW_INT(PyCapsule_SetContext(capsule, (void *)0x2));
    SHOW_INT(PyCapsule_SetDestructor(capsule, destructor_log));
    leave();
}

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

static void destructor_drop_c2(PyObject *capsule)
{
    enter("destructor_drop_c2(capsule)");
    if (c2_references > 0) {
    c2_references--;
    SHOW_FATE(c2, Py_DECREF(c2));
    }
    leave();
    (void)capsule;
}

static void destructor_drop_c3(PyObject *capsule)
{
    enter("destructor_drop_c3(capsule)");
    if (c3_references > 0) {
    c3_references--;
    SHOW_FATE(c3, Py_DECREF(c3));
    }
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

static void destructor_drop_context(PyObject *capsule)
{
    enter("destructor_drop_context(capsule)");
    SHOW(Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule)));
    leave();
}

int main(void)
{
    Py_InitializeEx(0);
    SHOW(n0 = new_name("s"));
    SHOW_CAPSULE(c1, c1 = PyCapsule_New((void *)0x1000, "a", destructor_create_and_drop));
    SHOW_FATE(c1, Py_DECREF(c1));
    SHOW(n1 = new_name(".\x7f%a"));
    SHOW(PyGC_Collect());
    while (c2_references > 0) {
        c2_references--;
        SHOW(Py_DECREF(c2));
    }
    SHOW_CAPSULE(c2, c2 = PyCapsule_New((void *)0x8000000000000000, n1, destructor_set_all_fields));
    c2_references = c2 != NULL;
    SHOW_INT(PyCapsule_SetContext(c2, (void *)0x8000000000000000));
    SHOW_CAPSULE(c1, c1 = PyCapsule_New(NULL, n1, NULL));
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0x8000000000000000, n0, destructor_drop_c3));
    c0_references = c0 != NULL;
    SHOW_INT(PyCapsule_IsValid(c2, NULL));
    SHOW_POINTER(PyCapsule_GetContext(c0));
    SHOW(Py_XDECREF(c1));
    SHOW_CAPSULE(c1, c1 = PyCapsule_New((void *)0xffffffffffffffff, n0, destructor_drop_c2));
    SHOW(hold(c2, c1, destructor_drop_context));
    SHOW(hold(c1, c0, destructor_drop_context));
    c0_references--;
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW(PyErr_SetNone(PyExc_KeyError));
    SHOW(Py_INCREF(c1));
    SHOW(Py_INCREF(c1));
    c2_references--;
    SHOW_FATE(c2, Py_DECREF(c2));
    SHOW_INT(PyCapsule_SetName(c1, n0));
    SHOW_FATE(c1, Py_DECREF(c1));
    SHOW_INT(PyCapsule_IsValid(c1, n0));
    while (c2_references > 0) {
        c2_references--;
        SHOW(Py_DECREF(c2));
    }
    SHOW_CAPSULE(c2, c2 = PyCapsule_New((void *)0x8000000000000000, ".\x7f%a", destructor_create_and_drop));
    c2_references = c2 != NULL;
    SHOW_INT(PyCapsule_SetPointer(c2, (void *)0x1000));
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0x1, n0, destructor_drop_c0));
    c0_references = c0 != NULL;
    SHOW_INT(PyCapsule_IsValid(c2, ".\x7f%a"));
    SHOW_FATE(c1, Py_DECREF(c1));
    SHOW_INT(PyCapsule_IsValid(c2, ""));

    /* What the program still has. */
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    SHOW(Py_XDECREF(c1));
    while (c2_references > 0) {
        c2_references--;
        SHOW(Py_DECREF(c2));
    }
    while (c3_references > 0) {
        c3_references--;
        SHOW(Py_DECREF(c3));
    }
    while (c7_references > 0) {
        c7_references--;
        SHOW(Py_DECREF(c7));
    }
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
