/* Stands for the rest of Python in a proof: an allocator that may fail at any
 * call, types, and the destruction of objects. raised.c has the exceptions. The
 * steps of exceptions and of objects do without both files.
 *
 * Functions that the source under proof calls and that are not here have no
 * body. The checker reports them, and the tool says that it could not ask. */
#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/layout.h"

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
bool state_memory_failed(void) { return environment_memory_failed; }

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

bool environment_may_destroy;

#undef _Py_Dealloc
void _Py_Dealloc(PyObject *op)
{
    if (!environment_forget(op)) {
        HOLDS("TYPE-1", environment_may_destroy,
              "no object that somebody holds is destroyed");
        ASSUME(environment_may_destroy, "the assertion above says so");
        Py_TYPE(op)->tp_dealloc(op);
    }
}

void Py_IncRef(PyObject *op) { Py_XINCREF(op); }
void Py_DecRef(PyObject *op) { Py_XDECREF(op); }

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
