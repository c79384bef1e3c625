/* The structures of DLPack and Arrow, as their specifications lay them out, and
 * a producer of each that obeys. */
#ifndef TESTS_CHECK_PROTOCOLS_H
#define TESTS_CHECK_PROTOCOLS_H

#include "tests/check/extension.h"

#include <stdint.h>

struct tensor {
    void *data;
    int32_t device[2];
    int32_t dimensions;
    uint8_t code, bits;
    uint16_t lanes;
    int64_t *shape, *strides;
    uint64_t byte_offset;
    void *context;
    void (*deleter)(struct tensor *);
};

static int64_t one_element = 1;

static void delete_tensor(struct tensor *tensor)
{
    free(tensor->data);
    free(tensor);
}

static struct tensor *new_tensor(void)
{
    struct tensor *tensor = (struct tensor *)calloc(1, sizeof *tensor);
    tensor->data = calloc(1, 4);
    tensor->dimensions = 1;
    tensor->bits = 32;
    tensor->lanes = 1;
    tensor->shape = &one_element;
    tensor->context = tensor->data;
    tensor->deleter = delete_tensor;
    return tensor;
}

static void release_offered_tensor(PyObject *capsule)
{
    struct tensor *tensor;
    if (!PyCapsule_IsValid(capsule, "dltensor"))
        return;
    tensor = (struct tensor *)PyCapsule_GetPointer(capsule, "dltensor");
    tensor->deleter(tensor);
}

struct schema {
    const char *format, *name, *metadata;
    int64_t flags, children_count;
    struct schema **children, *dictionary;
    void (*release)(struct schema *);
    void *private_data;
};

static void release_schema(struct schema *schema)
{
    free(schema->private_data);
    schema->release = NULL;
}

static struct schema *new_schema(void)
{
    struct schema *schema = (struct schema *)calloc(1, sizeof *schema);
    schema->format = "i";
    schema->private_data = malloc(32);
    schema->release = release_schema;
    return schema;
}

static void release_offered_schema(PyObject *capsule)
{
    struct schema *schema =
        (struct schema *)PyCapsule_GetPointer(capsule, "arrow_schema");
    if (schema->release)
        schema->release(schema);
    free(schema);
}

#endif
