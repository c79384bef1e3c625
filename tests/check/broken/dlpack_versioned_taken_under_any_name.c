/* Broken: the second consumer asks for the tensor under whatever name the
 * capsule has, and so takes a tensor that was taken. */
#include "tests/check/extension.h"

#include "capsule/dlpack.h"

static int64_t shape[1] = {1};

static void delete_tensor(DLManagedTensorVersioned *self) { (void)self; }

static DLManagedTensorVersioned tensor;

FUNCTION(make)
{
    tensor.version.major = 1;
    tensor.flags = 3;
    tensor.deleter = delete_tensor;
    tensor.dl_tensor.device.device_type = kDLCPU;
    tensor.dl_tensor.ndim = 1;
    tensor.dl_tensor.shape = shape;
    return PyCapsule_New(&tensor, "dltensor_versioned", NULL);
}

FUNCTION(use)
{
    for (int i = 0; i < 2; i++) {
        DLManagedTensorVersioned *taken =
            PyCapsule_GetPointer(ARGUMENT, PyCapsule_GetName(ARGUMENT));
        PyCapsule_SetName(ARGUMENT, "used_dltensor_versioned");
        taken->deleter(taken);
    }
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
