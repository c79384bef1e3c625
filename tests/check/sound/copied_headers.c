/* A producer and a consumer that use capsule/dlpack.h and capsule/arrow.h, as
 * docs/authors.md tells authors to. */
#include "tests/check/extension.h"

#include "capsule/arrow.h"
#include "capsule/dlpack.h"

static int released;

/* The structs that the consumer holds. */
static struct taken {
    struct dlpack_taken tensor;
    struct ArrowSchema schema;
    struct ArrowDeviceArray array;
    struct ArrowArrayStream stream;
} taken;

static void release_owner(void *owner)
{
    (void)owner;
    released++;
}

#define RELEASE(structure, name)                                               \
    static void name(struct structure *self)                                   \
    {                                                                          \
        self->release = NULL;                                                  \
        released++;                                                            \
    }
RELEASE(ArrowSchema, release_schema)
RELEASE(ArrowArray, release_array)
RELEASE(ArrowArrayStream, release_stream)

static int get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out)
{
    (void)self;
    *out = (struct ArrowSchema){.format = "i", .release = release_schema};
    return 0;
}

static int get_next(struct ArrowArrayStream *self, struct ArrowArray *out)
{
    (void)self;
    *out = (struct ArrowArray){.release = NULL}; /* the end of the stream */
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *self)
{
    (void)self;
    return NULL;
}

/* Offers what the argument names. */
FUNCTION(make)
{
    static float data;
    int64_t shape = 1;
    const char *kind;
    DLTensor own = {&data, {kDLCPU, 0}, 1, {kDLFloat, 32, 1}, &shape, NULL, 0};
    struct ArrowSchema own_schema = {.format = "i", .release = release_schema};
    struct ArrowDeviceArray own_array = {.array.release = release_array};
    struct ArrowArrayStream own_stream = {get_schema, get_next, get_last_error,
                                          release_stream, NULL};
    if (!PyArg_ParseTuple(args, "s", &kind))
        return NULL;
    return !strcmp(kind, "tensor") ? dlpack_offer(&own, NULL, release_owner)
           : !strcmp(kind, "versioned")
               ? dlpack_offer_versioned(&own, 0, NULL, release_owner)
           : !strcmp(kind, "schema") ? arrow_offer_schema(&own_schema)
           : !strcmp(kind, "array")  ? arrow_offer_array(&own_array.array)
           : !strcmp(kind, "device") ? arrow_offer_device_array(&own_array)
                                     : arrow_offer_stream(&own_stream);
}

FUNCTION(take)
{
    PyObject *capsule;
    const char *kind;
    if (!PyArg_ParseTuple(args, "Os", &capsule, &kind))
        return NULL;
    return done(
        !strcmp(kind, "schema")  ? arrow_take_schema(capsule, &taken.schema)
        : !strcmp(kind, "array") ? arrow_take_array(capsule, &taken.array.array)
        : !strcmp(kind, "device")
            ? arrow_take_device_array(capsule, &taken.array)
        : !strcmp(kind, "stream") ? arrow_take_stream(capsule, &taken.stream)
                                  : dlpack_take(capsule, &taken.tensor));
}

/* Releases all that was taken, and nothing in the other structs. Returns how
 * often a producer was told so. */
FUNCTION(finish)
{
    struct ArrowSchema of_stream;
    if (taken.stream.release &&
        !taken.stream.get_schema(&taken.stream, &of_stream))
        arrow_release_schema(&of_stream);
    dlpack_release(&taken.tensor);
    arrow_release_schema(&taken.schema);
    arrow_release_array(&taken.array.array);
    arrow_release_stream(&taken.stream);
    return PyLong_FromLong(released);
}

EXTENSION(METHOD(make), METHOD(take), METHOD(finish))
