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
static PyObject *c6;
static PyObject *c7;
static void *p1;
static char *n2;
static int c2_references; /* that the program has */
static int c6_references; /* that the program has */
static PyObject *an_int;

static void destructor_log(PyObject *capsule);
static void destructor_save_and_restore(PyObject *capsule);
static void destructor_unset_destructor(PyObject *capsule);
static void destructor_drop_c2(PyObject *capsule);
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

static const char *pointer_name(void *pointer)
{
    if (pointer == NULL) {
        return "NULL";
    }
    if (pointer == p1) {
        return "p1";
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
    if (pointer == c6) {
        return "c6";
    }
    if (pointer == c7) {
        return "c7";
    }
    if (pointer == (void *)0x1) {
        return "0x1";
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

static void end_destructor(PyCapsule_Destructor destructor)
{
    if (destructor == destructor_log) {
        end("destructor_log");
        return;
    }
    if (destructor == destructor_save_and_restore) {
        end("destructor_save_and_restore");
        return;
    }
    if (destructor == destructor_unset_destructor) {
        end("destructor_unset_destructor");
        return;
    }
    if (destructor == destructor_drop_c2) {
        end("destructor_drop_c2");
        return;
    }
    if (destructor == destructor_create_c6) {
        end("destructor_create_c6");
        return;
    }
    end(destructor == NULL ? "NULL" : "another destructor");
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
#define SHOW_DESTRUCTOR(call) (begin(#call), end_destructor(call))
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

static void destructor_save_and_restore(PyObject *capsule)
{
    PyObject *saved_type = NULL, *saved_value = NULL;
    PyObject *saved_traceback = NULL;

    enter("destructor_save_and_restore(capsule)");
    SHOW(PyErr_Fetch(&saved_type, &saved_value, &saved_traceback));
    SHOW_POINTER(PyCapsule_GetPointer(capsule, "wrong"));
    SHOW(PyErr_Clear());
    SHOW(PyErr_Restore(saved_type, saved_value, saved_traceback));
    leave();
}

static void destructor_unset_destructor(PyObject *capsule)
{
    enter("destructor_unset_destructor(capsule)");
    SHOW_INT(PyCapsule_SetDestructor(capsule, NULL));
    leave();
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
    SHOW_CAPSULE(c1, c1 = PyCapsule_New((void *)0x1, "sA", destructor_create_c6));
    SHOW_DESTRUCTOR(PyCapsule_GetDestructor(c1));
    SHOW(n2 = new_name("."));
    SHOW(p1 = malloc(1));
    SHOW_INT(PyCapsule_SetContext(c1, p1));
    SHOW_CAPSULE(c3, c3 = PyCapsule_New(p1, n2, destructor_drop_c2));
    SHOW(Py_INCREF(c3));
    SHOW_POINTER(PyCapsule_GetPointer(c3, n2));
    SHOW_CAPSULE(c7, c7 = PyCapsule_New(NULL, n2, NULL));
    SHOW_INT(PyCapsule_SetName(c3, n2));
    SHOW_FATE(c3, Py_DECREF(c3));
    SHOW_POINTER(PyCapsule_GetPointer(c3, n2));
    SHOW_POINTER(PyCapsule_GetPointer(c1, "sA"));
    while (c2_references > 0) {
        c2_references--;
        SHOW(Py_DECREF(c2));
    }
    SHOW_CAPSULE(c2, c2 = PyCapsule_New(p1, "sA", destructor_create_c6));
    c2_references = c2 != NULL;
    SHOW_POINTER(PyCapsule_GetPointer(c1, "rA"));
    SHOW_FATE(c3, Py_DECREF(c3));
    SHOW_INT(PyCapsule_SetName(c1, "sA"));
    c6_references--;
    SHOW_FATE(c6, Py_DECREF(c6));
    SHOW_POINTER(PyCapsule_GetPointer(an_int, n2));
    SHOW(free(p1); p1 = NULL);
    SHOW_POINTER(PyCapsule_GetPointer(c1, "s\x80"));
    SHOW_INT(PyCapsule_SetContext(c1, (void *)0x1000));
    SHOW_INT(PyCapsule_SetDestructor(c1, destructor_unset_destructor));
    SHOW_FATE(c1, Py_DECREF(c1));
    while (c2_references > 0) {
        c2_references--;
        SHOW(Py_DECREF(c2));
    }
    SHOW_CAPSULE(c2, c2 = PyCapsule_New((void *)0x8000000000000000, n2, NULL));
    c2_references = c2 != NULL;
    c2_references--;
    SHOW_FATE(c2, Py_DECREF(c2));
    SHOW_CAPSULE(c1, c1 = PyCapsule_New((void *)0x1, "s", destructor_save_and_restore));
    SHOW_FATE(c1, Py_DECREF(c1));
    SHOW(free(n2); n2 = NULL);
    SHOW(n2 = new_name("%\x7f" "Abab%.bAb"));
    SHOW(free(n2); n2 = NULL);
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0xffffffffffffffff, "", destructor_save_and_restore));
    SHOW_INT(PyCapsule_IsValid(c0, "\x7f" "A"));

    /* What the program still has. */
    SHOW(Py_XDECREF(c0));
    while (c2_references > 0) {
        c2_references--;
        SHOW(Py_DECREF(c2));
    }
    while (c6_references > 0) {
        c6_references--;
        SHOW(Py_DECREF(c6));
    }
    SHOW(Py_XDECREF(c7));
    Py_DECREF(an_int);
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
