/* The samples of sections 66.5 and 66.7 of the Capsules chapter: an extension
 * that uses "fastdb". */
#include "tests/samples/samples.h"

int sample_retrieve(void **result)
{
#include "tests/samples/chapter/66_05_retrieve.inc"
    *result = ptr;
    return 0;
}

int sample_consume(PyObject *capsule, FastDB_APIObject **result)
{
#include "tests/samples/chapter/66_07_consume.inc"
    *result = api;
    return 0;
}
