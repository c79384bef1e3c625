/* The report of a reference to a dying object. A correct source never makes it.
 */
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
