/* Broken: the consumer copies the structure, but leaves the original as it is.
 */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    return PyCapsule_New(new_schema(), "arrow_schema", release_offered_schema);
}

FUNCTION(use)
{
    struct schema *original = PyCapsule_GetPointer(ARGUMENT, "arrow_schema");
    struct schema copy = *original;
    copy.release(&copy);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
