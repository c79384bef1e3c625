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
static void *p0;
static void *p1;
static char *n3;
static int c0_references; /* that the program has */

static void destructor_wrong_name_then_clear(PyObject *capsule);
static void destructor_read_all_fields(PyObject *capsule);
static void destructor_unset_destructor(PyObject *capsule);
static void destructor_drop_c0(PyObject *capsule);
static void destructor_free_unconsumed(PyObject *capsule);

/* A block of exactly the size of the name. */
static char *new_name(const char *text)
{
    size_t size = strlen(text) + 1;
    return (char *)memcpy(malloc(size), text, size);
}

/* Frees what nobody has taken over by renaming the capsule. */
static void free_pointer_if(PyObject *capsule, const char *name)
{
    if (PyCapsule_IsValid(capsule, name)) {
        free(PyCapsule_GetPointer(capsule, name));
    }
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
    if (pointer == (void *)0x1) {
        return "0x1";
    }
    if (pointer == (void *)0x2) {
        return "0x2";
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
    if (name == n3) {
        printf(" in n3");
    }
    end(NULL);
}

static void end_destructor(PyCapsule_Destructor destructor)
{
    if (destructor == destructor_wrong_name_then_clear) {
        end("destructor_wrong_name_then_clear");
        return;
    }
    if (destructor == destructor_read_all_fields) {
        end("destructor_read_all_fields");
        return;
    }
    if (destructor == destructor_unset_destructor) {
        end("destructor_unset_destructor");
        return;
    }
    if (destructor == destructor_drop_c0) {
        end("destructor_drop_c0");
        return;
    }
    if (destructor == destructor_free_unconsumed) {
        end("destructor_free_unconsumed");
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

static void destructor_wrong_name_then_clear(PyObject *capsule)
{
    enter("destructor_wrong_name_then_clear(capsule)");
    SHOW_POINTER(PyCapsule_GetPointer(capsule, "wrong"));
    SHOW(PyErr_Clear());
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

static void destructor_unset_destructor(PyObject *capsule)
{
    enter("destructor_unset_destructor(capsule)");
    SHOW_INT(PyCapsule_SetDestructor(capsule, NULL));
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

static void destructor_free_unconsumed(PyObject *capsule)
{
    enter("destructor_free_unconsumed(capsule)");
    SHOW(free_pointer_if(capsule, "dltensor"));
    leave();
}

int main(void)
{
    Py_InitializeEx(0);
    SHOW(n3 = new_name("%\x01."));
    SHOW(free(n3); n3 = NULL);
    SHOW_CAPSULE(c1, c1 = PyCapsule_New((void *)0xffffffffffffffff, ".", destructor_read_all_fields));
    SHOW_INT(PyCapsule_SetDestructor(c1, destructor_drop_c0));
    SHOW_INT(PyCapsule_SetContext(c1, (void *)0x2));
    SHOW_INT(PyCapsule_SetPointer(c1, (void *)0xffffffffffffffff));
    SHOW_INT(PyCapsule_SetDestructor(c1, destructor_drop_c0));
    SHOW(Py_INCREF(c1));
    SHOW_INT(PyCapsule_IsValid(c1, NULL));
    SHOW_INT(PyCapsule_SetPointer(NULL, (void *)0x8000000000000000));
    SHOW_INT(PyCapsule_SetPointer(c1, (void *)0xffffffffffffffff));
    SHOW_FATE(c1, Py_DECREF(c1));
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0x2, "", destructor_wrong_name_then_clear));
    c0_references = c0 != NULL;
    SHOW(p1 = malloc(39));
    SHOW(Py_INCREF(c1));
    SHOW_DESTRUCTOR(PyCapsule_GetDestructor(c1));
    SHOW(PyErr_SetNone(PyExc_AttributeError));
    SHOW_INT(PyCapsule_CheckExact(c0));
    SHOW_INT(PyCapsule_CheckExact(c1));
    SHOW_POINTER(PyCapsule_GetPointer(c0, ""));
    SHOW_INT(PyCapsule_CheckExact(c0));
    SHOW_INT(PyCapsule_SetName(c0, "A"));
    SHOW_INT(PyCapsule_SetPointer(c1, (void *)0x1));
    SHOW_INT(PyCapsule_IsValid(c1, "."));
    c0_references--;
    SHOW_FATE(c0, Py_DECREF(c0));
    SHOW_DESTRUCTOR(PyCapsule_GetDestructor(c1));
    SHOW_POINTER(PyCapsule_GetContext(c1));
    SHOW_FATE(c1, Py_DECREF(c1));
    SHOW(free(p1); p1 = NULL);
    SHOW_FATE(c1, Py_DECREF(c1));
    SHOW_CAPSULE(c2, c2 = PyCapsule_New((void *)0x1, "sba\x01\x01...ba", destructor_unset_destructor));
    SHOW_INT(PyCapsule_SetDestructor(c2, destructor_free_unconsumed));
    SHOW_INT(PyCapsule_SetContext(c2, (void *)0x7fffffffffffffff));
    SHOW_DESTRUCTOR(PyCapsule_GetDestructor(c2));
    SHOW_FATE(c2, Py_DECREF(c2));
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0x8000000000000000, "\x7f" "bA", destructor_unset_destructor));
    c0_references = c0 != NULL;
    SHOW_INT(PyCapsule_IsValid(c0, "\x7f" "bA"));
    SHOW_DESTRUCTOR(PyCapsule_GetDestructor(c0));
    SHOW(p0 = malloc(44));
    SHOW_INT(PyCapsule_IsValid(c0, "\x7f" "bAA"));

    /* What the program still has. */
    while (c0_references > 0) {
        c0_references--;
        SHOW(Py_DECREF(c0));
    }
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
