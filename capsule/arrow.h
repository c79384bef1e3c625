/* Arrow structs in capsules: for extensions that offer schemas, arrays and
 * streams, and for extensions that take them. Needs <Python.h> and handover.h;
 * C or C++.
 *
 * The producer fills in a struct, with a release callback, and gives it away:
 *
 *     PyObject *capsule = arrow_offer_schema(&schema);
 *
 * The consumer moves the struct out of the capsule, uses it, and releases it
 * once:
 *
 *     struct ArrowSchema schema;
 *     if (arrow_take_schema(capsule, &schema) < 0) ...
 *     read(&schema);
 *     arrow_release_schema(&schema);
 *
 * A struct has one owner at a time. A struct whose release callback is NULL was
 * released, or moved elsewhere. */
#ifndef CAPSULE_ARROW_H
#define CAPSULE_ARROW_H

#include <Python.h>

#include <stdint.h>
#include <string.h>

#include "capsule/handover.h"

/* --- the structs that both sides share ------------------------------------ */

/* The header of the Arrow project has the same structs and these guards. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED (1)

#define ARROW_FLAG_NULLABLE (2)

#define ARROW_FLAG_MAP_KEYS_SORTED (4)

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

#ifndef ARROW_C_DEVICE_DATA_INTERFACE
#define ARROW_C_DEVICE_DATA_INTERFACE

typedef int32_t ArrowDeviceType;

/* An array on a device; released by the callback of the array. */
struct ArrowDeviceArray {
    struct ArrowArray array;
    int64_t device_id;
    ArrowDeviceType device_type;
    void *sync_event;
    int64_t reserved[3];
};

#endif

/* --- what all kinds of structs share -------------------------------------- */

/* A kind of struct. */
struct arrow_kind {
    const char *name; /* of its capsules (ARROW-5) */
    size_t size;
    size_t release_at;               /* where the release callback is */
    void (*call_release)(void *one); /* calls the callback of a struct */
};

union arrow_struct {
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    struct ArrowDeviceArray device_array;
};

/* Belongs to the capsule and to the owner of the struct. `inner` is the
 * producer's struct, `outer` the struct that the capsule holds: a copy with
 * callbacks of this header. */
struct arrow_block {
    struct handover handover;
    const struct arrow_kind *kind;
    union arrow_struct inner, outer;
};

/* Returns 1 if the struct is marked as released, else 0. */
static inline int arrow_is_released(const struct arrow_kind *kind,
                                    const void *one)
{
    void (*release)(void);
    memcpy(&release, (const char *)one + kind->release_at, sizeof release);
    return release == NULL;
}

/* Marks the struct as released: nobody may call its callback any more. */
static inline void arrow_mark_released(const struct arrow_kind *kind, void *one)
{
    void (*release)(void) = NULL;
    memcpy((char *)one + kind->release_at, &release, sizeof release);
}

/* Raises ValueError for a struct that was released or moved (ARROW-6). */
static inline void arrow_refuse(const struct arrow_kind *kind)
{
    PyErr_Format(PyExc_ValueError, "%s: the struct was released before",
                 kind->name);
}

/* Returns a block that holds two copies of the struct. NULL with an exception
 * on failure. */
static inline struct arrow_block *arrow_new_block(const struct arrow_kind *kind,
                                                  const void *one)
{
    struct arrow_block *block;
    if (arrow_is_released(kind, one)) {
        arrow_refuse(kind);
        return NULL;
    }
    block = (struct arrow_block *)PyMem_RawMalloc(sizeof *block);
    if (block == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memset(block, 0, sizeof *block);
    block->kind = kind;
    memcpy(&block->inner, one, kind->size);
    memcpy(&block->outer, one, kind->size);
    block->handover.owner = &block->inner;
    block->handover.release = kind->call_release;
    return block;
}

/* The destructor of capsules: releases the struct if it is still in the capsule
 * (ARROW-4), whatever the name of the capsule is. */
static inline void arrow_capsule_ends(PyObject *capsule)
{
    struct handover_exception saved = handover_save();
    char *outer =
        (char *)PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule));
    struct arrow_block *block =
        (struct arrow_block *)(outer - offsetof(struct arrow_block, outer));
    if (!arrow_is_released(block->kind, outer)) {
        block->kind->call_release(outer);
    }
    handover_end(&block->handover);
    handover_restore(saved);
}

/* Returns a new capsule that holds the outer struct of the block, and marks
 * *one as released: the struct has moved. On failure frees the block. */
static inline PyObject *arrow_new_capsule(struct arrow_block *block, void *one)
{
    PyObject *capsule =
        PyCapsule_New(&block->outer, block->kind->name, arrow_capsule_ends);
    if (capsule == NULL) {
        PyMem_RawFree(block);
        return NULL;
    }
    arrow_mark_released(block->kind, one);
    return capsule;
}

/* Moves the struct out of the capsule to *one. */
static inline int arrow_take(PyObject *capsule, const struct arrow_kind *kind,
                             void *one)
{
    void *from = PyCapsule_GetPointer(capsule, kind->name);
    arrow_mark_released(kind, one);
    if (from == NULL) {
        return -1;
    }
    if (arrow_is_released(kind, from)) {
        arrow_refuse(kind);
        return -1;
    }
    memcpy(one, from, kind->size);
    arrow_mark_released(kind, from);
    return 0;
}

/* Moves the struct away before it calls the callback, so that a callback which
 * comes back here finds a released struct. */
static inline void arrow_release(const struct arrow_kind *kind, void *one)
{
    union arrow_struct own;
    struct handover_exception saved = handover_save();
    memcpy(&own, one, kind->size);
    arrow_mark_released(kind, one);
    if (!arrow_is_released(kind, &own)) {
        kind->call_release(&own);
    }
    handover_restore(saved);
}

/* --- schemas -------------------------------------------------------------- */

static inline void arrow_call_schema(void *one)
{
    struct ArrowSchema *schema = (struct ArrowSchema *)one;
    schema->release(schema);
}

static const struct arrow_kind arrow_schema_kind = {
    "arrow_schema", sizeof(struct ArrowSchema),
    offsetof(struct ArrowSchema, release), arrow_call_schema};

/* The release callbacks of outer structs mark the struct (ARROW-3) and use
 * nothing else of it but private_data: a consumer may have moved the struct
 * (ARROW-7). */
static inline void arrow_schema_released(struct ArrowSchema *self)
{
    self->release = NULL;
    handover_release((struct handover *)self->private_data);
}

/* Moves the schema into a new capsule named "arrow_schema" and marks *schema as
 * released. Calls the schema's release callback once, when nobody needs the
 * schema any more: maybe in another thread, maybe without the GIL. On failure
 * returns NULL with an exception, and the caller still has the schema. */
static inline PyObject *arrow_offer_schema(struct ArrowSchema *schema)
{
    struct arrow_block *block = arrow_new_block(&arrow_schema_kind, schema);
    if (block == NULL) {
        return NULL;
    }
    block->outer.schema.release = arrow_schema_released;
    block->outer.schema.private_data = block;
    return arrow_new_capsule(block, schema);
}

/* Moves the schema out of the capsule to *schema, and marks the original as
 * released (ARROW-1). Returns 0, or -1 with ValueError if this is no capsule of
 * a schema or the schema is gone; *schema is released then. The caller must
 * call arrow_release_schema() after success. */
static inline int arrow_take_schema(PyObject *capsule,
                                    struct ArrowSchema *schema)
{
    return arrow_take(capsule, &arrow_schema_kind, schema);
}

/* Releases a schema that was taken (ARROW-2). Does nothing for a schema that
 * was released before, also if the callback itself calls this function. Keeps
 * the pending exception. Needs the GIL. */
static inline void arrow_release_schema(struct ArrowSchema *schema)
{
    arrow_release(&arrow_schema_kind, schema);
}

/* --- arrays, with or without a device: as for schemas --------------------- */

/* A device array begins with its array. */
static inline void arrow_call_array(void *one)
{
    struct ArrowArray *array = (struct ArrowArray *)one;
    array->release(array);
}

static const struct arrow_kind arrow_array_kind = {
    "arrow_array", sizeof(struct ArrowArray),
    offsetof(struct ArrowArray, release), arrow_call_array};

static const struct arrow_kind arrow_device_array_kind = {
    "arrow_device_array", sizeof(struct ArrowDeviceArray),
    offsetof(struct ArrowDeviceArray, array.release), arrow_call_array};

static inline void arrow_array_released(struct ArrowArray *self)
{
    self->release = NULL;
    handover_release((struct handover *)self->private_data);
}

/* Offers an array, or the device array that begins with it. */
static inline PyObject *arrow_offer_kind(const struct arrow_kind *kind,
                                         struct ArrowArray *array)
{
    struct arrow_block *block = arrow_new_block(kind, array);
    if (block == NULL) {
        return NULL;
    }
    block->outer.array.release = arrow_array_released;
    block->outer.array.private_data = block;
    return arrow_new_capsule(block, array);
}

static inline PyObject *arrow_offer_array(struct ArrowArray *array)
{
    return arrow_offer_kind(&arrow_array_kind, array);
}

static inline PyObject *arrow_offer_device_array(struct ArrowDeviceArray *array)
{
    return arrow_offer_kind(&arrow_device_array_kind, &array->array);
}

static inline int arrow_take_array(PyObject *capsule, struct ArrowArray *array)
{
    return arrow_take(capsule, &arrow_array_kind, array);
}

static inline int arrow_take_device_array(PyObject *capsule,
                                          struct ArrowDeviceArray *array)
{
    return arrow_take(capsule, &arrow_device_array_kind, array);
}

static inline void arrow_release_array(struct ArrowArray *array)
{
    arrow_release(&arrow_array_kind, array);
}

static inline void arrow_release_device_array(struct ArrowDeviceArray *array)
{
    arrow_release(&arrow_device_array_kind, array);
}

/* --- streams: as for schemas ---------------------------------------------- */

static inline void arrow_call_stream(void *one)
{
    struct ArrowArrayStream *stream = (struct ArrowArrayStream *)one;
    stream->release(stream);
}

static const struct arrow_kind arrow_stream_kind = {
    "arrow_array_stream", sizeof(struct ArrowArrayStream),
    offsetof(struct ArrowArrayStream, release), arrow_call_stream};

static inline void arrow_stream_released(struct ArrowArrayStream *self)
{
    self->release = NULL;
    handover_release((struct handover *)self->private_data);
}

/* Returns the producer's own stream, whose callbacks expect their own
 * private_data. */
static inline struct ArrowArrayStream *
arrow_inner_stream(struct ArrowArrayStream *outer)
{
    return &((struct arrow_block *)outer->private_data)->inner.stream;
}

static inline int arrow_get_schema(struct ArrowArrayStream *self,
                                   struct ArrowSchema *out)
{
    struct ArrowArrayStream *inner = arrow_inner_stream(self);
    return inner->get_schema(inner, out);
}

static inline int arrow_get_next(struct ArrowArrayStream *self,
                                 struct ArrowArray *out)
{
    struct ArrowArrayStream *inner = arrow_inner_stream(self);
    return inner->get_next(inner, out);
}

static inline const char *arrow_get_last_error(struct ArrowArrayStream *self)
{
    struct ArrowArrayStream *inner = arrow_inner_stream(self);
    return inner->get_last_error(inner);
}

static inline PyObject *arrow_offer_stream(struct ArrowArrayStream *stream)
{
    struct arrow_block *block = arrow_new_block(&arrow_stream_kind, stream);
    if (block == NULL) {
        return NULL;
    }
    block->outer.stream.get_schema = arrow_get_schema;
    block->outer.stream.get_next = arrow_get_next;
    block->outer.stream.get_last_error = arrow_get_last_error;
    block->outer.stream.release = arrow_stream_released;
    block->outer.stream.private_data = block;
    return arrow_new_capsule(block, stream);
}

static inline int arrow_take_stream(PyObject *capsule,
                                    struct ArrowArrayStream *stream)
{
    return arrow_take(capsule, &arrow_stream_kind, stream);
}

static inline void arrow_release_stream(struct ArrowArrayStream *stream)
{
    arrow_release(&arrow_stream_kind, stream);
}

#endif
