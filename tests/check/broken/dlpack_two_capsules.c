/* Broken: the producer offers one tensor in two capsules. Both destructors
 * delete it. */
#include "tests/check/protocols.h"

static int deleted;

static void count(struct tensor *tensor)
{
    (void)tensor;
    deleted++;
}

FUNCTION(make)
{
    struct tensor *tensor = new_tensor();
    tensor->deleter = count;
    return Py_BuildValue(
        "(NN)", PyCapsule_New(tensor, "dltensor", release_offered_tensor),
        PyCapsule_New(tensor, "dltensor", release_offered_tensor));
}

EXTENSION(METHOD(make))
