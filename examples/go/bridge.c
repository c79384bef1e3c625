/* The functions of the C API under their own names, and the capsule type. */
#include "bridge.h"

#include <stdio.h>
#include <string.h>

#include "_cgo_export.h"

/* A capsule object. `handle` identifies the Go struct with its fields. */
typedef struct {
    PyObject_HEAD
    uintptr_t handle;
} object;

/* --- functions for Go ----------------------------------------------------- */

int is_capsule(PyObject *op) { return PyCapsule_CheckExact(op); }

PyObject *new_object(void)
{
    return (PyObject *)PyObject_New(object, &PyCapsule_Type);
}

uintptr_t handle_of(PyObject *op) { return ((object *)op)->handle; }

void set_handle(PyObject *op, uintptr_t handle)
{
    ((object *)op)->handle = handle;
}

void raise_text(PyObject *exception, const char *text)
{
    PyErr_Format(exception, "%s", text);
}

int names_match(uintptr_t a, uintptr_t b)
{
    return a && b ? strcmp((const char *)a, (const char *)b) == 0 : a == b;
}

int no_memory_for(const char *text)
{
    void *copy = PyMem_Malloc(strlen(text) + 1);
    PyMem_Free(copy);
    return copy == NULL;
}

void drop(PyObject *op) { Py_DECREF(op); }

/* --- the API -------------------------------------------------------------- */

PyObject *PyCapsule_New(void *pointer, const char *name,
                        PyCapsule_Destructor destructor)
{
    return goNew((uintptr_t)pointer, (uintptr_t)name, (uintptr_t)destructor);
}

void *PyCapsule_GetPointer(PyObject *op, const char *name)
{
    return (void *)goGetPointer(op, (uintptr_t)name);
}

PyCapsule_Destructor PyCapsule_GetDestructor(PyObject *op)
{
    return (PyCapsule_Destructor)goGetDestructor(op);
}

const char *PyCapsule_GetName(PyObject *op)
{
    return (const char *)goGetName(op);
}

void *PyCapsule_GetContext(PyObject *op) { return (void *)goGetContext(op); }

int PyCapsule_IsValid(PyObject *op, const char *name)
{
    return goIsValid(op, (uintptr_t)name);
}

int PyCapsule_SetPointer(PyObject *op, void *pointer)
{
    return goSetPointer(op, (uintptr_t)pointer);
}

int PyCapsule_SetDestructor(PyObject *op, PyCapsule_Destructor destructor)
{
    return goSetDestructor(op, (uintptr_t)destructor);
}

int PyCapsule_SetName(PyObject *op, const char *name)
{
    return goSetName(op, (uintptr_t)name);
}

int PyCapsule_SetContext(PyObject *op, void *context)
{
    return goSetContext(op, (uintptr_t)context);
}

static void refuse(const char *misuse)
{
    fprintf(stderr, "capsule reference: %s\n", misuse);
    abort();
}

void *PyCapsule_Import(const char *name, int no_block)
{
    (void)no_block;
    if (name == NULL) {
        refuse("PyCapsule_Import(NULL); the name must not be NULL (IMP-13)");
    }
    if (PyErr_Occurred()) {
        refuse("PyCapsule_Import with an exception pending; it must be taken "
               "away before (ERR-1)");
    }
    return (void *)goImport((char *)name);
}

/* --- the type ------------------------------------------------------------- */

void _PyCapsule_CheckedNull(void)
{
    refuse("PyCapsule_CheckExact(NULL); the argument must not be NULL "
           "(TYPE-3)");
    abort();
}

/* Runs when the last reference is dropped. C calls the destructor here, not Go,
 * because a destructor may destroy further capsules, and Go limits how deeply C
 * and Go can call each other. The destructor finds the current fields of the
 * capsule (DTOR-2), and its changes have no effect (DTOR-3). */
static void capsule_dealloc(PyObject *op)
{
    PyCapsule_Destructor destructor = PyCapsule_GetDestructor(op);
    if (destructor) {
        destructor(op);
    }
    goForget(op);
    PyObject_Free(op);
}

static PyObject *capsule_repr(PyObject *op)
{
    const char *name = (const char *)goGetName(op);
    if (name == NULL) {
        return PyUnicode_FromFormat("<capsule object NULL at %p>", op);
    }
    return PyUnicode_FromFormat("<capsule object \"%s\" at %p>", name, op);
}

PyTypeObject PyCapsule_Type = {
    .ob_base = {_Py_STATIC_REFCNT, &PyType_Type},
    .tp_name = "PyCapsule",
    .tp_basicsize = sizeof(object),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = capsule_dealloc,
    .tp_repr = capsule_repr,
};
