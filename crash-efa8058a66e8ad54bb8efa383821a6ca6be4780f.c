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
static PyObject *c3;
static void *p0;
static int c1_references; /* that the program has */
static int c3_references; /* that the program has */
static PyObject *an_int;

static void destructor_save_and_restore(PyObject *capsule);
static void destructor_read_all_fields(PyObject *capsule);
static void destructor_drop_c1(PyObject *capsule);
static void destructor_drop_c3(PyObject *capsule);

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
    if (pointer == c1) {
        return "c1";
    }
    if (pointer == c3) {
        return "c3";
    }
    if (pointer == (void *)0x1) {
        return "0x1";
    }
    if (pointer == (void *)0x7fffffffffffffff) {
        return "0x7fffffffffffffff";
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

static void end_name(const char *name)
{
    if (name == NULL) {
        end("NULL");
        return;
    }
    printf(" -> \"%s\"", name);
    end(NULL);
}

static void end_destructor(PyCapsule_Destructor destructor)
{
    if (destructor == destructor_save_and_restore) {
        end("destructor_save_and_restore");
        return;
    }
    if (destructor == destructor_read_all_fields) {
        end("destructor_read_all_fields");
        return;
    }
    if (destructor == destructor_drop_c1) {
        end("destructor_drop_c1");
        return;
    }
    if (destructor == destructor_drop_c3) {
        end("destructor_drop_c3");
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
#define SHOW_NAME(call) (begin(#call), end_name(call))
#define SHOW_DESTRUCTOR(call) (begin(#call), end_destructor(call))
#define SHOW_INT(call) (begin(#call), end_int(call))
#define SHOW_FATE(capsule, call) \
    do { \
        begin(#call); \
        int last = Py_REFCNT(capsule) == 1; \
        call; \
        end(last ? "destroyed" : "alive"); \
    } while (0)

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

static void destructor_read_all_fields(PyObject *capsule)
{
    enter("destructor_read_all_fields(capsule)");
    SHOW_NAME(PyCapsule_GetName(capsule));
    SHOW_POINTER(PyCapsule_GetContext(capsule));
    SHOW_DESTRUCTOR(PyCapsule_GetDestructor(capsule));
    SHOW_INT(PyCapsule_IsValid(capsule, "wrong"));
    leave();
}

static void destructor_drop_c1(PyObject *capsule)
{
    enter("destructor_drop_c1(capsule)");
    if (c1_references > 0) {
    c1_references--;
    SHOW_FATE(c1, Py_DECREF(c1));
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

int main(void)
{
    Py_InitializeEx(0);
    PyObject *saved_type = NULL, *saved_value = NULL;
    PyObject *saved_traceback = NULL;

    an_int = PyLong_FromLong(1234567);
    SHOW(PyErr_SetNone(PyExc_MemoryError));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0x8000000000000000, "", NULL));
    SHOW_POINTER(PyCapsule_GetPointer(c0, ""));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0x1, "a.ss.\x7f\x7f%", NULL));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW(PyErr_SetNone(PyExc_ImportError));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0x8000000000000000, "bA%\x01.", destructor_save_and_restore));
    SHOW(PyErr_SetNone(PyExc_KeyError));
    SHOW_POINTER(PyCapsule_GetPointer(c0, "bA%\x01."));
    SHOW(PyErr_SetNone(PyExc_SystemExit));
    SHOW(Py_INCREF(c0));
    SHOW_INT(PyCapsule_SetName(c0, "bA%\x01.A"));
    SHOW_INT(PyCapsule_SetName(c0, ""));
    SHOW_POINTER(PyCapsule_GetPointer(c0, NULL));
    SHOW_DESTRUCTOR(PyCapsule_GetDestructor(c0));
    SHOW_INT(PyCapsule_SetDestructor(c0, destructor_read_all_fields));
    SHOW_POINTER(PyCapsule_GetPointer(c0, "%"));
    SHOW_INT(PyCapsule_SetPointer(c0, (void *)0xffffffffffffffff));
    SHOW_POINTER(PyCapsule_GetPointer(c0, "A"));
    SHOW_INT(PyCapsule_IsValid(c0, ""));
    SHOW(PyErr_Fetch(&saved_type, &saved_value, &saved_traceback));
    SHOW_INT(PyCapsule_SetDestructor(c0, destructor_drop_c1));
    SHOW_INT(PyCapsule_SetContext(c0, NULL));
    SHOW(PyGC_Collect());
    SHOW(Py_INCREF(c0));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW(PyErr_SetNone(PyExc_ImportError));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW(PyCapsule_GetDestructor(c0)(c0));
    SHOW_INT(PyCapsule_SetPointer(c0, (void *)0x7fffffffffffffff));
    SHOW_INT(PyCapsule_SetContext(c0, (void *)0x8000000000000000));
    SHOW_INT(PyCapsule_SetDestructor(c0, destructor_save_and_restore));
    SHOW_INT(PyCapsule_SetDestructor(c0, destructor_save_and_restore));
    SHOW(p0 = malloc(48));
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW(p0 = realloc(p0, 43));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New(p0, "\x01", destructor_drop_c3));
    SHOW_INT(PyCapsule_IsValid(c0, "\x01"));
    SHOW_INT(PyCapsule_SetContext(an_int, p0));
    SHOW_INT(PyCapsule_IsValid(c0, NULL));
    SHOW(Py_INCREF(c0));
    SHOW_INT(PyCapsule_IsValid(c0, "a"));
    SHOW_INT(PyCapsule_SetPointer(c0, (void *)0x7fffffffffffffff));
    SHOW(PyErr_Clear());
    SHOW_INT(PyCapsule_SetName(c0, "\x01"));
    SHOW_POINTER(PyCapsule_GetPointer(c0, ""));

    /* What the program still has. */
    PyErr_Restore(saved_type, saved_value, saved_traceback);
    SHOW(Py_XDECREF(c0));
    SHOW(Py_XDECREF(c0));
    while (c1_references > 0) {
        c1_references--;
        SHOW(Py_DECREF(c1));
    }
    while (c3_references > 0) {
        c3_references--;
        SHOW(Py_DECREF(c3));
    }
    Py_DECREF(an_int);
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
