/* The consumers of exchanges: the one of capsule/dlpack.h and capsule/arrow.h,
 * a hostile one, and the end of a program, when neither needs a struct any
 * more. */
#ifndef FUZZ_PROGRAM_C_TAKES_H
#define FUZZ_PROGRAM_C_TAKES_H

#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/program/c/exchange.h"

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

/* A handle of the hostile consumer: it keeps the struct in the capsule, or a
 * copy. */
struct kept_struct {
    struct exchange *from; /* NULL if the handle is empty */
    union any_struct *at;
    union any_struct copy;
};

static struct kept_struct kept_structs[4];

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
