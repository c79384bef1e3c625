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
static void *p0;
static char *n0;

static void destructor_free_payload(PyObject *capsule);

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
    if (pointer == p0) {
        return "p0";
    }
    if (pointer == c0) {
        return "c0";
    }
    return "another pointer";
}

static void end_pointer(void *pointer)
{
    end(pointer_name(pointer));
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

static void destructor_free_payload(PyObject *capsule)
{
    enter("destructor_free_payload(capsule)");
    SHOW(free(PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule))));
    leave();
}

int main(void)
{
    Py_InitializeEx(0);
    SHOW(p0 = malloc(16));
    SHOW(n0 = new_name("demo._C_API"));
    SHOW_CAPSULE(c0, c0 = PyCapsule_New(p0, n0, destructor_free_payload));
    SHOW_POINTER(PyCapsule_GetPointer(c0, "demo._C_AP"));

    /* What the program still has. */
    SHOW(Py_XDECREF(c0));
    PyErr_Clear();
    return Py_FinalizeEx() < 0;
}
