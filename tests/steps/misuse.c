/* The functions that a correct source never calls: those that report a touched
 * count of a dying object, and those that end the process. */
#include "tests/steps/step.h"

#ifdef CAPSULE_REFERENCE
void _Py_ReferenceMisuse(const char *call, PyObject *op)
{
    (void)call;
    (void)op;
    HOLDS("DTOR-9", false, "nobody touches the count of a dying object");
    __CPROVER_assume(false); /* the reference aborts here */
}
#endif

void abort(void)
{
    __CPROVER_assert(false, "the source does not end the process");
    __CPROVER_assume(false);
}
