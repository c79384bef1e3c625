/* Stands for the rest of Python in a proof: exceptions, an
 * allocator that may fail at any call, and the destruction of objects. The
 * steps of exceptions and of objects do without this file.
 *
 * Functions that the source under proof calls and that are not here have no
 * body. The checker reports them, and the tool says that it could not ask. */
#include <stdarg.h>
#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/exception_type.h"
#include "tests/steps/layout.h"

/* Reads a string as the rest of Python would, with every check. */
static void copy_text(char *copy, const char *text)
{
    for (int i = 0; i < ARGUMENT_BYTES; i++) {
        copy[i] = text[i];
        if (text[i] == '\0') {
            break;
        }
    }
}

/* Copies on behalf of the source, with every check. CBMC's own memcpy() copies
 * arrays of symbolic size, which is far slower. */
void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

/* The environment is no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

/* --- memory --------------------------------------------------------------- */

size_t environment_blocks;
bool environment_memory_failed;

/* A block stands at the end of a larger one whose size the checker knows, so
 * that it sees a byte too many without an array of symbolic size. */
enum {
    SMALL = NAME_BYTES + 2,
    LARGE = SHORT_NAMES ? SMALL : 128,
    BLOCKS = 2,
};
static struct {
    char *whole; /* NULL: free */
    char *start;
} blocks[BLOCKS];

static void *allocate(size_t size)
{
    if (any_bool("this allocation fails")) {
        environment_memory_failed = true;
        return NULL;
    }
    environment_blocks++;
    size = size ? size : 1;
    HOLDS("environment", size <= LARGE, "has memory for a block of that size");
    ASSUME(size <= LARGE, "the assertion above says so");
    for (int i = 0; i < BLOCKS; i++) {
        if (blocks[i].whole == NULL) {
            bool small = SHORT_NAMES || size <= SMALL;
            size_t whole = small ? SMALL : LARGE;
            blocks[i].whole = small ? malloc(SMALL) : malloc(LARGE);
            blocks[i].start = blocks[i].whole + whole - size;
            return blocks[i].start;
        }
    }
    HOLDS("environment", false, "has room for the blocks of a call");
    return NULL;
}

static void release(void *block)
{
    if (block == NULL) {
        return;
    }
    environment_blocks--;
    for (int i = 0; i < BLOCKS; i++) {
        if (blocks[i].whole != NULL && block == blocks[i].start) {
            free(blocks[i].whole);
            blocks[i].whole = NULL;
            return;
        }
    }
    free(block);
}

#undef PyMem_Malloc
#undef PyMem_Free
#undef PyObject_Malloc
#undef PyObject_Free
void *PyMem_Malloc(size_t size) { return allocate(size); }
void PyMem_Free(void *block) { release(block); }
#ifndef CAPSULE_REFERENCE /* where these are the same functions by macros */
void *PyMem_RawMalloc(size_t size) { return allocate(size); }
void PyMem_RawFree(void *block) { release(block); }
void *PyObject_Malloc(size_t size) { return allocate(size); }
void PyObject_Free(void *block) { release(block); }
#endif

PyObject *environment_object(PyTypeObject *type)
{
    PyObject *op = layout_allocate(type);
    environment_blocks++;
    op->ob_refcnt = 1;
    op->ob_type = type;
    return op;
}

static PyObject *new_object(PyTypeObject *type)
{
    if (any_bool("this allocation fails")) {
        environment_memory_failed = true;
        return PyErr_NoMemory();
    }
    return environment_object(type);
}

PyObject *_PyObject_New(PyTypeObject *type) { return new_object(type); }

#ifndef CAPSULE_REFERENCE
PyObject *_PyObject_GC_New(PyTypeObject *type) { return new_object(type); }
void PyObject_GC_UnTrack(void *op)
{
    struct collected collected = layout_collected(op);
    collected.tracked = false;
    layout_collect(op, collected);
}
void PyObject_GC_Del(void *op) { release(layout_block(op)); }
#endif

/* --- objects -------------------------------------------------------------- */

static PyTypeObject exception_type;
bool environment_may_destroy;

#undef _Py_Dealloc
void _Py_Dealloc(PyObject *op)
{
    if (Py_TYPE(op) == &exception_type) {
        ((struct raised *)op)->type = NULL;
        environment_fetched--;
    } else {
        HOLDS("TYPE-1", environment_may_destroy,
              "no object that somebody holds is destroyed");
        ASSUME(environment_may_destroy, "the assertion above says so");
        Py_TYPE(op)->tp_dealloc(op);
    }
}

void Py_IncRef(PyObject *op) { Py_XINCREF(op); }
void Py_DecRef(PyObject *op) { Py_XDECREF(op); }

/* --- exceptions ----------------------------------------------------------- */

struct raised environment_raised;
size_t environment_fetched;

/* The exceptions that were given away; free where the type is NULL. */
enum { FETCHED = 2 };
static struct raised fetched[FETCHED];

EXCEPTION(BaseException)
EXCEPTION(Exception)
EXCEPTION(AttributeError)
EXCEPTION(DeprecationWarning)
EXCEPTION(ImportError)
EXCEPTION(KeyError)
EXCEPTION(LookupError)
EXCEPTION(MemoryError)
EXCEPTION(PendingDeprecationWarning)
EXCEPTION(RuntimeError)
EXCEPTION(SystemError)
EXCEPTION(TypeError)
EXCEPTION(ValueError)

struct message environment_message(const char *text)
{
    struct message message = {.hash = 14695981039346656037u};
    for (; text[message.size] != '\0'; message.size++) {
        message.hash ^= (unsigned char)text[message.size];
        message.hash *= 1099511628211u;
    }
    return message;
}

/* Replaces the pending exception. The argument may be NULL. */
static void raise(PyObject *type, const char *format, const char *argument)
{
    static size_t raised;
    environment_raised.type = type;
    environment_raised.number = ++raised;
    environment_raised.message = environment_message(format);
    environment_raised.argument[0] = '\0';
    if (argument != NULL) {
        copy_text(environment_raised.argument, argument);
    }
}

PyObject *PyErr_Occurred(void) { return environment_raised.type; }

void PyErr_Clear(void) { environment_raised.type = NULL; }

void PyErr_SetNone(PyObject *type) { raise(type, "", NULL); }

void PyErr_SetString(PyObject *type, const char *message)
{
    raise(type, message, NULL);
}

/* Knows one argument, a string, as capsules need it. */
PyObject *PyErr_Format(PyObject *type, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *argument = NULL;
    for (const char *c = format; *c; c++) {
        if (c[0] == '%' && c[1] != '%') {
            argument = va_arg(arguments, const char *);
            break;
        }
    }
    va_end(arguments);
    raise(type, format, argument);
    return NULL;
}

PyObject *PyErr_NoMemory(void)
{
    raise(PyExc_MemoryError, "", NULL);
    return NULL;
}

PyObject *PyErr_GetRaisedException(void)
{
    if (environment_raised.type == NULL) {
        return NULL;
    }
    for (int i = 0; i < FETCHED; i++) {
        if (fetched[i].type == NULL) {
            fetched[i] = environment_raised;
            fetched[i].base.ob_type = &exception_type;
            Py_SET_REFCNT(&fetched[i].base, 1);
            environment_fetched++;
            environment_raised.type = NULL;
            return &fetched[i].base;
        }
    }
    HOLDS("environment", false, "has room for the exceptions that are fetched");
    return NULL;
}

void PyErr_SetRaisedException(PyObject *exception)
{
    PyErr_Clear();
    for (int i = 0; i < FETCHED; i++) {
        if (exception == &fetched[i].base) {
            environment_raised = fetched[i];
            fetched[i].type = NULL;
            environment_fetched--;
        }
    }
}

void PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback)
{
    *type = PyErr_Occurred();
    *value = PyErr_GetRaisedException();
    *traceback = NULL;
}

void PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback)
{
    (void)traceback;
    if (value != NULL || type == NULL) {
        PyErr_SetRaisedException(value);
    } else {
        PyErr_SetNone(type);
    }
}

void PyErr_WriteUnraisable(PyObject *object)
{
    (void)object;
    PyErr_Clear();
}

static PyObject *base_of(PyObject *type)
{
    return type == PyExc_KeyError        ? PyExc_LookupError
           : type == PyExc_BaseException ? NULL
           : type == PyExc_Exception     ? PyExc_BaseException
                                         : PyExc_Exception;
}

int PyErr_GivenExceptionMatches(PyObject *given, PyObject *type)
{
    if (given && Py_TYPE(given) == &exception_type) {
        given = ((struct raised *)given)->type;
    }
    for (int depth = 0; given && depth < 4; depth++) {
        if (given == type) {
            return 1;
        }
        given = base_of(given);
    }
    return 0;
}

int PyErr_ExceptionMatches(PyObject *type)
{
    return PyErr_GivenExceptionMatches(PyErr_Occurred(), type);
}

/* --- types ---------------------------------------------------------------- */

int PyType_IsSubtype(PyTypeObject *type, PyTypeObject *base)
{
    for (int depth = 0; type && depth < 3; depth++) {
        if (type == base) {
            return 1;
        }
        type = type->tp_base;
    }
    return 0;
}

/* --- what a step sees of exceptions --------------------------------------- */

struct error error_now(void)
{
    PyObject *type = PyErr_Occurred();
    return (struct error){type, type ? environment_raised.number : 0};
}

bool error_says(struct error error, const char *format, const char *name)
{
    const struct raised *raised = &environment_raised;
    struct message expected = environment_message(format);
    return error.type != NULL && error.number == raised->number &&
           raised->message.size == expected.size &&
           raised->message.hash == expected.hash &&
           (name == NULL || names_equal(raised->argument, name));
}

bool state_memory_failed(void) { return environment_memory_failed; }
