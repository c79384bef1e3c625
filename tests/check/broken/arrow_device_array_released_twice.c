/* Broken: the consumer moves a device array out of the capsule, hands a copy
 * on, and releases both. */
#include "tests/check/extension.h"

#include "capsule/arrow.h"

static void release(struct ArrowArray *array) { array->release = NULL; }

static void release_offered(PyObject *capsule)
{
    struct ArrowDeviceArray *array =
        PyCapsule_GetPointer(capsule, "arrow_device_array");
    if (array->array.release)
        array->array.release(&array->array);
    free(array);
}

FUNCTION(make)
{
    struct ArrowDeviceArray *array = calloc(1, sizeof *array);
    array->array.private_data = array;
    array->array.release = release;
    array->device_type = 1;
    array->device_id = -1;
    return PyCapsule_New(array, "arrow_device_array", release_offered);
}

FUNCTION(use)
{
    struct ArrowDeviceArray *offered =
        PyCapsule_GetPointer(ARGUMENT, "arrow_device_array");
    struct ArrowDeviceArray taken = *offered, copy = *offered;
    offered->array.release = NULL;
    taken.array.release(&taken.array);
    copy.array.release(&copy.array);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
