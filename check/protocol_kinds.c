/* The structures of DLPack and Arrow. */
#include "check/protocol_kinds.h"

#include <stddef.h>

#include "check/memory.h"

/* DLTensor, the part that both versions of DLPack share. */
struct tensor {
    void *data;
    int32_t device_type, device_id;
    int32_t dimensions;
    uint8_t type_code, type_bits;
    uint16_t type_lanes;
    const int64_t *shape, *strides;
    uint64_t byte_offset;
};

struct managed_tensor { /* DLManagedTensor */
    struct tensor tensor;
    void *context;
    void (*deleter)(void *);
};

struct versioned_tensor { /* DLManagedTensorVersioned */
    uint32_t major, minor;
    void *context;
    void (*deleter)(void *);
    uint64_t flags;
    struct tensor tensor;
};

struct arrow_schema {
    const char *format, *name, *metadata;
    int64_t flags, children_count;
    void **children, *dictionary;
    void (*release)(void *);
    void *private_data;
};

struct arrow_array {
    int64_t length, null_count, offset, buffer_count, children_count;
    const void **buffers;
    void **children, *dictionary;
    void (*release)(void *);
    void *private_data;
};

struct arrow_stream {
    void *get_schema, *get_next, *get_last_error;
    void (*release)(void *);
    void *private_data;
};

struct arrow_device_stream {
    int32_t device_type;
    struct arrow_stream stream;
};

static bool is_tensor(const void *structure)
{
    enum { MOST_DIMENSIONS = 64, MOST_DEVICES = 64 };
    const struct tensor *tensor = structure;
    return tensor->dimensions >= 0 && tensor->dimensions <= MOST_DIMENSIONS &&
           (tensor->shape || !tensor->dimensions) && tensor->device_type >= 0 &&
           tensor->device_type <= MOST_DEVICES;
}

static bool is_versioned_tensor(const void *structure)
{
    const struct versioned_tensor *versioned = structure;
    return versioned->major >= 1 && versioned->major < 16 &&
           versioned->minor < 1024 && is_tensor(&versioned->tensor);
}

/* A list of `count` pointers, which is NULL only if it is empty. */
static bool is_list(int64_t count, const void *list)
{
    enum { MOST = 1 << 20 };
    return count >= 0 && count <= MOST && (list || !count);
}

static bool is_schema(const void *structure)
{
    enum { ALL_FLAGS = 15 };
    const struct arrow_schema *schema = structure;
    return memory_is_readable((uintptr_t)schema->format, 1) &&
           schema->flags >= 0 && schema->flags <= ALL_FLAGS &&
           is_list(schema->children_count, schema->children);
}

static bool is_array(const void *structure)
{
    const struct arrow_array *array = structure;
    return array->length >= 0 && array->null_count >= -1 &&
           array->offset >= 0 && is_list(array->buffer_count, array->buffers) &&
           is_list(array->children_count, array->children);
}

static bool is_stream(const void *structure)
{
    const struct arrow_stream *stream = structure;
    return memory_is_readable((uintptr_t)stream->get_schema, 1) &&
           memory_is_readable((uintptr_t)stream->get_next, 1) &&
           memory_is_readable((uintptr_t)stream->get_last_error, 1);
}

static bool is_device_stream(const void *structure)
{
    const struct arrow_device_stream *stream = structure;
    return is_stream(&stream->stream);
}

#define AT(type, release, private)                                             \
    offsetof(struct type, release), offsetof(struct type, private),            \
        sizeof(struct type)

const struct kind kinds[KINDS] = {
    {"dltensor", "used_dltensor", AT(managed_tensor, deleter, context),
     is_tensor},
    {"dltensor_versioned", "used_dltensor_versioned",
     AT(versioned_tensor, deleter, context), is_versioned_tensor},
    {"arrow_schema", NULL, AT(arrow_schema, release, private_data), is_schema},
    {"arrow_array", NULL, AT(arrow_array, release, private_data), is_array},
    {"arrow_array_stream", NULL, AT(arrow_stream, release, private_data),
     is_stream},
    {"arrow_device_array", NULL, AT(arrow_array, release, private_data),
     is_array},
    {"arrow_device_array_stream", NULL,
     AT(arrow_device_stream, stream.release, stream.private_data),
     is_device_stream},
};
