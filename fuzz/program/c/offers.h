/* The producers of exchanges: the one of capsule/dlpack.h and capsule/arrow.h,
 * and a hostile one. */
#ifndef FUZZ_PROGRAM_C_OFFERS_H
#define FUZZ_PROGRAM_C_OFFERS_H

#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz/program/c/exchange.h"

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

#endif
