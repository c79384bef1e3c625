/* DLPack tensors in capsules: for extensions that offer tensors, and for
 * extensions that take them. Needs <Python.h> and handover.h; C or C++.
 *
 * The producer describes the tensor and says how its memory is released:
 *
 *     DLTensor tensor = {data, {kDLCPU, 0}, 1, {kDLFloat, 32, 1},
 *                        shape, NULL, 0};
 *     PyObject *capsule = dlpack_offer(&tensor, array, release_array);
 *
 * The consumer takes the tensor, uses it, and releases it once:
 *
 *     struct dlpack_taken taken;
 *     if (dlpack_take(capsule, &taken) < 0) ...
 *     read(taken.tensor);
 *     dlpack_release(&taken);
 *
 * The tensor has one owner at a time. That is the capsule as long as it has its
 * first name. A consumer renames the capsule and is the owner from then on. */
#ifndef CAPSULE_DLPACK_H
#define CAPSULE_DLPACK_H

#include <Python.h>

#include <stdint.h>
#include <string.h>

#include "capsule/handover.h"

/* --- the structs that both sides share ------------------------------------ */

/* The header of the DLPack project has the same structs and this guard. */
#ifndef DLPACK_DLPACK_H_
#define DLPACK_DLPACK_H_

/* Devices and types of elements. The DLPack project names more of both. */
enum { kDLCPU = 1 };
enum { kDLInt = 0, kDLUInt = 1, kDLFloat = 2 };

/* The device that holds the memory. */
typedef struct DLDevice {
    int32_t device_type;
    int32_t device_id;
} DLDevice;

typedef struct DLDataType {
    uint8_t code;
    uint8_t bits;
    uint16_t lanes;
} DLDataType;

typedef struct DLTensor {
    void *data;
    DLDevice device;
    int32_t ndim;
    DLDataType dtype;
    int64_t *shape;   /* ndim numbers */
    int64_t *strides; /* ndim numbers, in elements; NULL: compact rows */
    uint64_t byte_offset;
} DLTensor;

/* A capsule named "dltensor" holds this struct. */
typedef struct DLManagedTensor {
    DLTensor dl_tensor;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensor *self); /* may be NULL */
} DLManagedTensor;

typedef struct DLPackVersion {
    uint32_t major;
    uint32_t minor;
} DLPackVersion;

/* A capsule named "dltensor_versioned" holds this struct. */
typedef struct DLManagedTensorVersioned {
    DLPackVersion version;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensorVersioned *self); /* may be NULL */
    uint64_t flags; /* 1: read only, 2: a copy */
    DLTensor dl_tensor;
} DLManagedTensorVersioned;

#endif

/* The names of capsules, before and after a consumer takes the tensor. */
static const char dlpack_name[] = "dltensor";

static const char dlpack_used_name[] = "used_dltensor";

static const char dlpack_versioned_name[] = "dltensor_versioned";

static const char dlpack_used_versioned_name[] = "used_dltensor_versioned";

/* The version of DLPack whose structs this header has. */
#define DLPACK_OFFERED_MAJOR (1)

#define DLPACK_OFFERED_MINOR (0)

/* --- producer ------------------------------------------------------------- */

/* Belongs to the capsule and to the owner of the tensor. Shape and strides
 * follow the struct. */
struct dlpack_block {
    struct handover handover;
    const char *name; /* the capsule owns the tensor while it has this name */
    union {
        DLManagedTensor plain;
        DLManagedTensorVersioned versioned;
    } managed;
};

/* The deleters. They use nothing of the tensor but its manager_ctx, so that a
 * consumer may have moved the struct. */
static inline void dlpack_delete(DLManagedTensor *self)
{
    handover_release((struct handover *)self->manager_ctx);
}

static inline void dlpack_delete_versioned(DLManagedTensorVersioned *self)
{
    handover_release((struct handover *)self->manager_ctx);
}

/* The destructor of capsules: deletes the tensor if nobody has taken it
 * (DLPACK-3). A consumer says that it has by renaming the capsule. */
static inline void dlpack_capsule_ends(PyObject *capsule)
{
    struct handover_exception saved = handover_save();
    char *managed =
        (char *)PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule));
    struct dlpack_block *block =
        (struct dlpack_block *)(managed -
                                offsetof(struct dlpack_block, managed));

    if (PyCapsule_IsValid(capsule, block->name)) {
        if (block->name == dlpack_versioned_name) {
            block->managed.versioned.deleter(&block->managed.versioned);
        } else {
            block->managed.plain.deleter(&block->managed.plain);
        }
    }
    handover_end(&block->handover);
    handover_restore(saved);
}

/* Copies `count` numbers to *to, moves *to behind them, and returns the copy;
 * NULL for NULL. */
static inline int64_t *dlpack_copy(int64_t **to, const int64_t *from,
                                   size_t count)
{
    int64_t *copy = *to;
    if (from == NULL) {
        return NULL;
    }
    memcpy(copy, from, count * sizeof *copy);
    *to += count;
    return copy;
}

/* Returns a block that holds a copy of the tensor's shape and strides, and
 * stores the tensor with these copies in *own. NULL with MemoryError or
 * ValueError on failure. */
static inline struct dlpack_block *
dlpack_new_block(const DLTensor *tensor, const char *name, DLTensor *own)
{
    size_t count = tensor->ndim > 0 ? (size_t)tensor->ndim : 0;
    struct dlpack_block *block;
    int64_t *numbers;

    if (tensor->ndim < 0 || (count > 0 && tensor->shape == NULL)) {
        PyErr_SetString(PyExc_ValueError, "tensor without a shape");
        return NULL;
    }
    block = (struct dlpack_block *)PyMem_RawMalloc(sizeof *block +
                                                   2 * count * sizeof *numbers);
    if (block == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memset(block, 0, sizeof *block);
    block->name = name;
    numbers = (int64_t *)(block + 1);
    *own = *tensor;
    own->shape = dlpack_copy(&numbers, tensor->shape, count);
    own->strides = dlpack_copy(&numbers, tensor->strides, count);
    return block;
}

/* Returns a capsule that holds `managed`, a part of the block. On success the
 * block calls release(owner) once. Frees the block on failure. */
static inline PyObject *dlpack_new_capsule(struct dlpack_block *block,
                                           void *managed, void *owner,
                                           void (*release)(void *owner))
{
    PyObject *capsule =
        PyCapsule_New(managed, block->name, dlpack_capsule_ends);
    if (capsule == NULL) {
        PyMem_RawFree(block);
        return NULL;
    }
    block->handover.owner = owner;
    block->handover.release = release;
    return capsule;
}

/* Returns a new capsule with the tensor, under the name "dltensor" (DLPACK-6).
 * Copies the struct, its shape and its strides. Calls release(owner) once, when
 * nobody needs the tensor any more: maybe in another thread, maybe without the
 * GIL. `release` may be NULL. On failure returns NULL with an exception and
 * does not call release(): the caller still has the tensor. */
static inline PyObject *dlpack_offer(const DLTensor *tensor, void *owner,
                                     void (*release)(void *owner))
{
    DLTensor own;
    struct dlpack_block *block = dlpack_new_block(tensor, dlpack_name, &own);
    DLManagedTensor *managed;
    if (block == NULL) {
        return NULL;
    }
    managed = &block->managed.plain;
    managed->dl_tensor = own;
    managed->manager_ctx = block;
    managed->deleter = dlpack_delete;
    return dlpack_new_capsule(block, managed, owner, release);
}

/* Like dlpack_offer(), for a consumer that asked for version 1 or later: the
 * capsule is named "dltensor_versioned" and has flags. */
static inline PyObject *dlpack_offer_versioned(const DLTensor *tensor,
                                               uint64_t flags, void *owner,
                                               void (*release)(void *owner))
{
    DLTensor own;
    struct dlpack_block *block =
        dlpack_new_block(tensor, dlpack_versioned_name, &own);
    DLManagedTensorVersioned *managed;
    if (block == NULL) {
        return NULL;
    }
    managed = &block->managed.versioned;
    managed->version.major = DLPACK_OFFERED_MAJOR;
    managed->version.minor = DLPACK_OFFERED_MINOR;
    managed->dl_tensor = own;
    managed->flags = flags;
    managed->manager_ctx = block;
    managed->deleter = dlpack_delete_versioned;
    return dlpack_new_capsule(block, managed, owner, release);
}

/* --- consumer ------------------------------------------------------------- */

/* A tensor that a consumer owns. All members are NULL after its release. */
struct dlpack_taken {
    DLTensor *tensor; /* borrowed from the managed tensor */
    DLManagedTensor *plain;
    DLManagedTensorVersioned *versioned; /* or NULL: one of the two */
};

/* Takes the tensor out of a capsule with either first name, and renames the
 * capsule (DLPACK-1). The rename is the last step, so that a failure leaves the
 * tensor to the capsule. Returns 0, or -1 with an exception: ValueError if this
 * is no capsule of DLPack or the tensor was taken before, RuntimeError if its
 * version is unknown (DLPACK-7). The caller must call dlpack_release() after
 * success. */
static inline int dlpack_take(PyObject *capsule, struct dlpack_taken *taken)
{
    DLManagedTensorVersioned *versioned = NULL;
    DLManagedTensor *plain = NULL;

    memset(taken, 0, sizeof *taken);
    if (PyCapsule_IsValid(capsule, dlpack_versioned_name)) {
        versioned = (DLManagedTensorVersioned *)PyCapsule_GetPointer(
            capsule, dlpack_versioned_name);
        if (versioned->version.major != DLPACK_OFFERED_MAJOR) {
            PyErr_SetString(PyExc_RuntimeError,
                            "DLPack tensor of an unknown version");
            return -1;
        }
    } else {
        plain = (DLManagedTensor *)PyCapsule_GetPointer(capsule, dlpack_name);
        if (plain == NULL) {
            return -1;
        }
    }
    if (PyCapsule_SetName(capsule, versioned != NULL
                                       ? dlpack_used_versioned_name
                                       : dlpack_used_name) < 0) {
        return -1;
    }
    taken->plain = plain;
    taken->versioned = versioned;
    taken->tensor =
        versioned != NULL ? &versioned->dl_tensor : &plain->dl_tensor;
    return 0;
}

/* Calls the deleter of a tensor that was taken (DLPACK-5). Does nothing for a
 * tensor that was released before, also if the deleter itself calls this
 * function. Keeps the pending exception. Needs the GIL. */
static inline void dlpack_release(struct dlpack_taken *taken)
{
    struct dlpack_taken own = *taken;
    struct handover_exception saved = handover_save();

    memset(taken, 0, sizeof *taken);
    if (own.versioned != NULL && own.versioned->deleter != NULL) {
        own.versioned->deleter(own.versioned);
    }
    if (own.plain != NULL && own.plain->deleter != NULL) {
        own.plain->deleter(own.plain);
    }
    handover_restore(saved);
}

#endif
