/* Broken: the consumer calls the deleter twice. The tensor is static, so that
 * no block is freed twice. */
#include "tests/check/protocols.h"

static struct tensor tensor;

static void delete_nothing(struct tensor *self) { (void)self; }

FUNCTION(make)
{
    tensor.deleter = delete_nothing;
    return PyCapsule_New(&tensor, "dltensor", release_offered_tensor);
}

FUNCTION(use)
{
    void (*deleter)(struct tensor *) = tensor.deleter;
    PyCapsule_SetName(ARGUMENT, "used_dltensor");
    deleter(&tensor);
    deleter(&tensor);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
