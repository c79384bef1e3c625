/* DLPack tensors and Arrow structs between capsule/dlpack.h or capsule/arrow.h,
 * and another side that breaks the protocol. The executor uses this header too,
 * so that emitted C and fuzz targets have the same other side.
 *
 * An exchange is a struct that somebody offers in a capsule. It counts how
 * often the resource behind the struct was released. */
#ifndef FUZZ_PROGRAM_C_PROTOCOLS_H
#define FUZZ_PROGRAM_C_PROTOCOLS_H

#include <Python.h>

#include <stdio.h>
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

/* What consumers have taken, four handles of each side. */
struct taken_struct {
    struct exchange *from; /* the last one in the handle, or NULL */
    struct dlpack_taken tensor;
    union arrow_struct arrow;
};

static struct taken_struct taken_structs[4];

/* What the hostile consumer keeps: a struct in the capsule, or a copy. */
struct kept_struct {
    struct exchange *from; /* NULL if the handle is empty */
    union any_struct *at;
    union any_struct copy;
};

static struct kept_struct kept_structs[4];

/* The handle that release_struct() is at work on, or -1. */
static int releasing_handle = -1;

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

static int get_stream_schema(struct ArrowArrayStream *self,
                             struct ArrowSchema *out)
{
    memset(out, 0, sizeof *out);
    out->metadata = (const char *)self->private_data;
    return 0;
}

static int get_stream_next(struct ArrowArrayStream *self,
                           struct ArrowArray *out)
{
    memset(out, 0, sizeof *out);
    out->buffers = (const void **)self->private_data;
    return 0;
}

static const char *get_stream_error(struct ArrowArrayStream *self)
{
    return (const char *)self->private_data;
}

/* --- producers --- */

static DLTensor tensor_of(struct exchange *of)
{
    DLTensor tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.data = of;
    tensor.device.device_type = 1;
    tensor.ndim = 1;
    tensor.dtype.bits = 8;
    tensor.dtype.lanes = 1;
    tensor.shape = of->shape;
    of->shape[0] = 1;
    return tensor;
}

/* Fills in an Arrow struct of that kind. */
static void fill_arrow(struct exchange *of, union arrow_struct *one)
{
    memset(one, 0, sizeof *one);
    if (of->kind == IS_ARROW_SCHEMA) {
        one->schema.metadata = (const char *)of;
        one->schema.release = release_schema_resource;
        one->schema.private_data = of;
    } else if (of->kind == IS_ARROW_STREAM) {
        one->stream.get_schema = get_stream_schema;
        one->stream.get_next = get_stream_next;
        one->stream.get_last_error = get_stream_error;
        one->stream.release = release_stream_resource;
        one->stream.private_data = of;
    } else {
        one->array.buffers = (const void **)of;
        one->array.release = release_array_resource;
        one->array.private_data = of;
    }
    if (of->kind == IS_ARROW_DEVICE_ARRAY) {
        one->device_array.device_id = 5;
    }
    if (strcmp(of->manner, "no release") == 0) {
        arrow_mark_released(arrow_kind_of(of->kind), one);
    }
}

/* Begins an exchange. Returns NULL for a kind that does not exist. */
static struct exchange *begin_exchange(const char *kind, const char *manner,
                                       int hostile)
{
    struct exchange *one = &exchanges[exchange_count];
    if (kind_of_struct(kind) < 0 || exchange_count == 64) {
        return NULL;
    }
    memset(one, 0, sizeof *one);
    one->kind = kind_of_struct(kind);
    one->manner = manner;
    one->hostile = hostile;
    return one;
}

/* Records the capsule of the exchange, and installs a destructor that calls
 * end_exchange(). Returns the capsule. */
static PyObject *note_exchange(struct exchange *one, PyObject *capsule,
                               PyCapsule_Destructor destructor)
{
    if (capsule == NULL) {
        return NULL;
    }
    exchange_count++;
    one->capsule = capsule;
    one->destructor = PyCapsule_GetDestructor(capsule);
    one->at = (union any_struct *)PyCapsule_GetPointer(
        capsule, PyCapsule_GetName(capsule));
    memcpy(&one->copy, one->at, struct_size(one->kind));
    PyCapsule_SetDestructor(capsule, destructor);
    return capsule;
}

/* Our producer offers a struct of that kind. Returns a new reference. */
static PyObject *offer_struct(const char *kind, const char *manner,
                              PyCapsule_Destructor destructor)
{
    struct exchange *one = begin_exchange(kind, manner, 0);
    PyObject *capsule = NULL;
    union arrow_struct arrow;
    DLTensor tensor;
    if (one == NULL) {
        return NULL;
    }
    tensor = tensor_of(one);
    fill_arrow(one, &arrow);
    switch (one->kind) {
    case IS_DLTENSOR:
        capsule = dlpack_offer(&tensor, one, release_owner);
        break;
    case IS_DLTENSOR_VERSIONED:
        capsule = dlpack_offer_versioned(&tensor, 1, one, release_owner);
        break;
    case IS_ARROW_SCHEMA:
        capsule = arrow_offer_schema(&arrow.schema);
        break;
    case IS_ARROW_ARRAY:
        capsule = arrow_offer_array(&arrow.array);
        break;
    case IS_ARROW_STREAM:
        capsule = arrow_offer_stream(&arrow.stream);
        break;
    default:
        capsule = arrow_offer_device_array(&arrow.device_array);
        break;
    }
    return note_exchange(one, capsule, destructor);
}

static struct exchange *exchange_of(PyObject *capsule)
{
    int i = exchange_count - 1;
    while (i >= 0 && exchanges[i].capsule != capsule) {
        i--;
    }
    return capsule != NULL && i >= 0 ? &exchanges[i] : NULL;
}

/* The destructor of the hostile producer does what the protocol says. Its
 * deleter has freed a released tensor, so that the destructor must not use it.
 */
static void end_hostile(PyObject *capsule)
{
    struct exchange *one = exchange_of(capsule);
    const char *name =
        one->kind == IS_DLTENSOR ? dlpack_name : dlpack_versioned_name;
    if (!is_dlpack(one->kind)) {
        call_release(one->kind, one->at);
        free(one->at);
    } else if (one->releases == 0 && PyCapsule_IsValid(capsule, name)) {
        call_release(one->kind, one->at);
    }
}

/* The hostile producer offers a struct of that kind. Returns a new reference.
 */
static PyObject *hostile_offer(const char *kind, const char *manner,
                               PyCapsule_Destructor destructor)
{
    struct exchange *one = begin_exchange(kind, manner, 1);
    union any_struct *at;
    PyObject *capsule;
    const char *name;
    if (one == NULL) {
        return NULL;
    }
    at = (union any_struct *)calloc(1, sizeof *at);
    if (one->kind == IS_DLTENSOR) {
        name = dlpack_name;
        at->plain.dl_tensor = tensor_of(one);
        at->plain.manager_ctx = one;
        at->plain.deleter =
            strcmp(manner, "no release") != 0 ? delete_hostile : NULL;
    } else if (one->kind == IS_DLTENSOR_VERSIONED) {
        name = dlpack_versioned_name;
        at->versioned.version.major = strcmp(manner, "next version") ? 1 : 2;
        at->versioned.dl_tensor = tensor_of(one);
        at->versioned.flags = 1;
        at->versioned.manager_ctx = one;
        at->versioned.deleter =
            strcmp(manner, "no release") != 0 ? delete_hostile_versioned : NULL;
    } else {
        name = arrow_kind_of(one->kind)->name;
        fill_arrow(one, &at->arrow);
    }
    capsule = PyCapsule_New(at, name, end_hostile);
    if (capsule == NULL) {
        free(at);
    }
    return note_exchange(one, capsule, destructor);
}

/* Ends the capsule of an exchange by the destructor of its producer. Returns
 * how often the resource was released. */
static int end_exchange(PyObject *capsule)
{
    struct exchange *one = exchange_of(capsule);
    if (one == NULL) {
        return -1;
    }
    if (one->destructor != NULL) {
        one->destructor(capsule);
    }
    one->capsule = NULL;
    one->ended = 1;
    return one->releases;
}

/* --- our consumer --- */

/* Returns 1 if the struct has the content that the producer gave it, else 0. */
static int taken_is_right(struct taken_struct *taken)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    const void *from = taken->from;
    struct ArrowArrayStream *stream = &taken->arrow.stream;
    const DLTensor *tensor = taken->tensor.tensor;
    switch (taken->from->kind) {
    case IS_ARROW_SCHEMA:
        return taken->arrow.schema.metadata == (const char *)from;
    case IS_ARROW_ARRAY:
        return taken->arrow.array.buffers == (const void **)from;
    case IS_ARROW_STREAM:
        return stream->get_schema(stream, &schema) == 0 &&
               schema.metadata == (const char *)from &&
               stream->get_next(stream, &array) == 0 &&
               array.buffers == (const void **)from &&
               stream->get_last_error(stream) == (const char *)from;
    case IS_ARROW_DEVICE_ARRAY:
        return taken->arrow.device_array.array.buffers == (const void **)from &&
               taken->arrow.device_array.device_id == 5;
    default:
        return tensor->data == from && tensor->ndim == 1 &&
               tensor->shape[0] == 1 && tensor->strides == NULL &&
               (taken->tensor.versioned == NULL ||
                taken->tensor.versioned->flags == 1);
    }
}

/* Our consumer takes a struct of that kind into a handle. Returns 1 if the
 * struct is the right one, 0 if it is not, or -1 with an exception. */
static int take_struct(PyObject *capsule, const char *kind, unsigned handle)
{
    struct taken_struct *taken = &taken_structs[handle % 4];
    struct taken_struct got;
    int status = -1;
    memset(&got, 0, sizeof got);
    switch (kind_of_struct(kind)) {
    case IS_DLTENSOR:
    case IS_DLTENSOR_VERSIONED:
        status = dlpack_take(capsule, &got.tensor);
        break;
    case IS_ARROW_SCHEMA:
        status = arrow_take_schema(capsule, &got.arrow.schema);
        break;
    case IS_ARROW_ARRAY:
        status = arrow_take_array(capsule, &got.arrow.array);
        break;
    case IS_ARROW_STREAM:
        status = arrow_take_stream(capsule, &got.arrow.stream);
        break;
    case IS_ARROW_DEVICE_ARRAY:
        status = arrow_take_device_array(capsule, &got.arrow.device_array);
        break;
    default:
        break;
    }
    if (status < 0) {
        return -1;
    }
    *taken = got;
    taken->from = exchange_of(capsule);
    return taken->from != NULL && taken_is_right(taken);
}

/* Our consumer releases what is in the handle. Returns how often the resource
 * was released. */
static int release_struct(unsigned handle)
{
    struct taken_struct *taken = &taken_structs[handle % 4];
    if (taken->from == NULL) {
        return 0;
    }
    releasing_handle = (int)(handle % 4);
    call_header_release(taken);
    releasing_handle = -1;
    return taken->from->releases;
}

/* --- the hostile consumer --- */

/* Marks the struct as taken: a consumer renames a capsule of DLPack, and marks
 * an Arrow struct as released. */
static void mark_taken(struct exchange *from, PyObject *capsule)
{
    if (is_dlpack(from->kind)) {
        PyCapsule_SetName(capsule, from->kind == IS_DLTENSOR
                                       ? dlpack_used_name
                                       : dlpack_used_versioned_name);
    } else {
        arrow_mark_released(arrow_kind_of(from->kind), from->at);
    }
}

/* Takes the mark back. */
static void mark_offered(struct exchange *from, PyObject *capsule)
{
    if (is_dlpack(from->kind)) {
        PyCapsule_SetName(capsule, from->kind == IS_DLTENSOR
                                       ? dlpack_name
                                       : dlpack_versioned_name);
    } else {
        memcpy(from->at, &from->copy, struct_size(from->kind));
    }
}

/* The hostile consumer takes the struct of our producer:
 *
 *    keep       as the protocol says
 *    move       moves the struct to another address
 *    hold       keeps the struct and does not mark it
 *    release    releases the struct in the capsule and does not mark it
 *    copy       releases a copy and does not mark the original
 *    twice      marks the struct and releases it twice
 *    forget     marks the struct, then fails
 *    give back  marks the struct, fails, and takes the mark back
 *    raise      fails before it does anything
 *
 * Returns 0, or -1 with KeyError if it fails. */
static int hostile_take(PyObject *capsule, const char *how, unsigned handle)
{
    struct exchange *from = exchange_of(capsule);
    struct kept_struct *kept = &kept_structs[handle % 4];
    union any_struct copy;
    int in_place;
    if (from == NULL) {
        return -1;
    }
    memcpy(&copy, from->at, struct_size(from->kind));
    in_place = strcmp(how, "hold") == 0 ||
               (strcmp(how, "keep") == 0 && is_dlpack(from->kind));
    if (in_place || strcmp(how, "keep") == 0 || strcmp(how, "move") == 0) {
        kept->from = from;
        kept->copy = copy;
        kept->at = in_place ? from->at : &kept->copy;
        if (strcmp(how, "hold") != 0) {
            mark_taken(from, capsule);
        }
        return 0;
    }
    if (strcmp(how, "release") == 0) {
        call_release(from->kind, from->at);
        return 0;
    }
    if (strcmp(how, "copy") == 0) {
        call_release(from->kind, &copy);
        return 0;
    }
    if (strcmp(how, "twice") == 0) {
        union any_struct second = copy;
        mark_taken(from, capsule);
        call_release(from->kind, &copy);
        call_release(from->kind, &second);
        return 0;
    }
    if (strcmp(how, "raise") != 0) {
        mark_taken(from, capsule);
        if (strcmp(how, "give back") == 0) {
            mark_offered(from, capsule);
        }
    }
    PyErr_SetNone(PyExc_KeyError);
    return -1;
}

/* The hostile consumer releases what it keeps. Returns how often the resource
 * was released. */
static int hostile_release(unsigned handle)
{
    struct kept_struct *kept = &kept_structs[handle % 4];
    struct exchange *from = kept->from;
    if (from == NULL) {
        return 0;
    }
    kept->from = NULL;
    call_release(from->kind, kept->at);
    return from->releases;
}

/* --- the end --- */

/* Returns 1 if somebody may still call the callback of the struct. */
static int is_callable(const struct exchange *one)
{
    return one->releases == 0 || (!one->hostile && !one->ended);
}

/* Ends an exchange whose struct nobody has any more. */
static void release_forgotten(struct exchange *one)
{
    if (one->releases == 0 && strcmp(one->manner, "no release") != 0) {
        call_release(one->kind, &one->copy);
    } else if (one->releases == 0 && one->hostile && is_dlpack(one->kind)) {
        free(one->at); /* it has no deleter */
    }
}

/* Releases everything that is left. Returns the number of structs that were not
 * released exactly once. */
static int end_exchanges(void)
{
    int wrong = 0;
    for (int i = 0; i < 4; i++) {
        if (taken_structs[i].from != NULL &&
            is_callable(taken_structs[i].from)) {
            release_struct((unsigned)i);
        }
        if (kept_structs[i].from != NULL && is_callable(kept_structs[i].from)) {
            hostile_release((unsigned)i);
        }
        taken_structs[i].from = kept_structs[i].from = NULL;
    }
    for (int i = 0; i < exchange_count; i++) {
        release_forgotten(&exchanges[i]);
        wrong += exchanges[i].releases !=
                 (strcmp(exchanges[i].manner, "no release") != 0);
    }
    exchange_count = 0;
    return wrong;
}

/* Ends a program: reports structs that were not released exactly once. */
static __attribute__((unused)) void check_exchanges(void)
{
    int wrong = end_exchanges();
    if (wrong > 0) {
        fprintf(stderr, "%d structs were not released once\n", wrong);
        abort();
    }
}

#endif
