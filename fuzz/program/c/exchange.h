/* DLPack tensors and Arrow structs that are handed over in capsules. An
 * exchange is a struct that somebody offers in a capsule: by capsule/dlpack.h
 * or capsule/arrow.h, or on a hostile side that breaks the protocol. offers.h
 * has the producers, takes.h the consumers of both sides. The executor uses
 * these headers too, so that emitted C and fuzz targets have the same hostile
 * side.
 *
 * An exchange counts how often the resource behind the struct was released. */
#ifndef FUZZ_PROGRAM_C_EXCHANGE_H
#define FUZZ_PROGRAM_C_EXCHANGE_H

#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "capsule/arrow.h"
#include "capsule/dlpack.h"

/* The kinds of structs. */
#define IS_DLTENSOR (0)

#define IS_DLTENSOR_VERSIONED (1)

#define IS_ARROW_SCHEMA (2)

#define IS_ARROW_ARRAY (3)

#define IS_ARROW_STREAM (4)

#define IS_ARROW_DEVICE_ARRAY (5)

/* Returns the kind of struct of that name, or -1. */
static int kind_of_struct(const char *name)
{
    static const char *const names[] = {
        "dltensor",    "dltensor_versioned", "arrow_schema",
        "arrow_array", "arrow_array_stream", "arrow_device_array"};
    int i = 0;
    while (i < 6 && strcmp(name, names[i]) != 0) {
        i++;
    }
    return i < 6 ? i : -1;
}

/* A struct of any kind. */
union any_struct {
    DLManagedTensor plain;
    DLManagedTensorVersioned versioned;
    union arrow_struct arrow;
};

struct exchange {
    int kind;
    const char *manner; /* of the callback that releases the resource */
    int hostile;        /* the other side offered the struct */
    int releases;
    int ended;         /* the capsule is gone */
    PyObject *capsule; /* borrowed; NULL if it is gone */
    PyCapsule_Destructor destructor;
    union any_struct *at;  /* in the capsule */
    union any_struct copy; /* as it was offered */
    int64_t shape[1];
};

static struct exchange exchanges[64];

static int exchange_count;

/* A handle of our consumer, with the struct that it has taken. */
struct taken_struct {
    struct exchange *from; /* the last one in the handle, or NULL */
    struct dlpack_taken tensor;
    union arrow_struct arrow;
};

static struct taken_struct taken_structs[4];

/* The handle whose struct release_struct() is releasing now, or -1. */
static int releasing_handle = -1;

/* Returns the exchange of the capsule, or NULL. */
static struct exchange *exchange_of(PyObject *capsule)
{
    int i = exchange_count - 1;
    while (i >= 0 && exchanges[i].capsule != capsule) {
        i--;
    }
    return capsule != NULL && i >= 0 ? &exchanges[i] : NULL;
}

/* --- the structs, by their kind --- */

static int is_dlpack(int kind) { return kind <= IS_DLTENSOR_VERSIONED; }

static const struct arrow_kind *arrow_kind_of(int kind)
{
    return kind == IS_ARROW_SCHEMA   ? &arrow_schema_kind
           : kind == IS_ARROW_ARRAY  ? &arrow_array_kind
           : kind == IS_ARROW_STREAM ? &arrow_stream_kind
                                     : &arrow_device_array_kind;
}

static size_t struct_size(int kind)
{
    return kind == IS_DLTENSOR             ? sizeof(DLManagedTensor)
           : kind == IS_DLTENSOR_VERSIONED ? sizeof(DLManagedTensorVersioned)
                                           : arrow_kind_of(kind)->size;
}

/* Calls the callback of the struct, if it has one. Keeps the pending exception
 * and drops one that the callback raises. */
static void call_release(int kind, union any_struct *at)
{
    struct handover_exception saved = handover_save();
    if (kind == IS_DLTENSOR && at->plain.deleter != NULL) {
        at->plain.deleter(&at->plain);
    }
    if (kind == IS_DLTENSOR_VERSIONED && at->versioned.deleter != NULL) {
        at->versioned.deleter(&at->versioned);
    }
    if (!is_dlpack(kind) && !arrow_is_released(arrow_kind_of(kind), at)) {
        arrow_kind_of(kind)->call_release(at);
    }
    handover_restore(saved);
}

/* Releases what our consumer has taken. */
static void call_header_release(struct taken_struct *taken)
{
    switch (taken->from->kind) {
    case IS_ARROW_SCHEMA:
        arrow_release_schema(&taken->arrow.schema);
        break;
    case IS_ARROW_ARRAY:
        arrow_release_array(&taken->arrow.array);
        break;
    case IS_ARROW_STREAM:
        arrow_release_stream(&taken->arrow.stream);
        break;
    case IS_ARROW_DEVICE_ARRAY:
        arrow_release_device_array(&taken->arrow.device_array);
        break;
    default:
        dlpack_release(&taken->tensor);
        break;
    }
}

/* --- the resource --- */

/* Releases the resource of the exchange. Then it breaks in, as the manner of
 * the exchange says: it raises, or it releases the same struct again. */
static void resource_released(struct exchange *of)
{
    of->releases++;
    if (strcmp(of->manner, "raises") == 0) {
        PyErr_SetString(PyExc_KeyError, "release");
    }
    if (strcmp(of->manner, "again") == 0 && of->releases == 1) {
        if (!of->hostile && is_dlpack(of->kind) && of->at != NULL) {
            call_release(of->kind, of->at);
        }
        if (releasing_handle >= 0) {
            call_header_release(&taken_structs[releasing_handle]);
        }
    }
}

static void release_owner(void *owner)
{
    resource_released((struct exchange *)owner);
}

static void release_schema_resource(struct ArrowSchema *self)
{
    struct exchange *of = (struct exchange *)self->private_data;
    if (strcmp(of->manner, "unmarked") != 0) {
        self->release = NULL;
    }
    resource_released(of);
}

static void release_array_resource(struct ArrowArray *self)
{
    struct exchange *of = (struct exchange *)self->private_data;
    if (strcmp(of->manner, "unmarked") != 0) {
        self->release = NULL;
    }
    resource_released(of);
}

static void release_stream_resource(struct ArrowArrayStream *self)
{
    struct exchange *of = (struct exchange *)self->private_data;
    if (strcmp(of->manner, "unmarked") != 0) {
        self->release = NULL;
    }
    resource_released(of);
}

/* The deleters of the hostile producer free the struct. */
static void delete_hostile(DLManagedTensor *self)
{
    struct exchange *of = (struct exchange *)self->manager_ctx;
    resource_released(of);
    if (of->releases == 1) {
        free(of->at);
    }
}

static void delete_hostile_versioned(DLManagedTensorVersioned *self)
{
    struct exchange *of = (struct exchange *)self->manager_ctx;
    resource_released(of);
    if (of->releases == 1) {
        free(of->at);
    }
}

#endif
