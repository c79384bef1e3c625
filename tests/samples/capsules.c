/* The samples of sections 66.3, 66.10, 66.11 and 66.12 of the Capsules
 * chapter. */
#include "tests/samples/samples.h"

#include "tests/samples/chapter/66_03_prototype.h"

#include "tests/samples/chapter/66_03_make_capsule.c"

PyObject *sample_make_capsule(void) { return make_capsule(); }

int sample_clear_destructor_got_to_its_end;

void sample_clear_destructor(PyObject *capsule)
{
    void *ptr;
#include "tests/samples/chapter/66_10_clear.inc"
    sample_clear_destructor_got_to_its_end++;
}

void sample_set_context(PyObject *capsule, APIContext *context)
{
#include "tests/samples/chapter/66_11_set.inc"
}

APIContext *sample_get_context(PyObject *capsule)
{
#include "tests/samples/chapter/66_11_get.inc"
    return context;
}

void sample_mutate(PyObject *capsule, void *ptr, const char *name,
                   PyCapsule_Destructor destructor, void *context)
{
#include "tests/samples/chapter/66_12_mutate.inc"
}
