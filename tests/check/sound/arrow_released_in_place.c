/* A consumer releases the structure where it is. */
#include "tests/check/protocols.h"

FUNCTION(make)
{
    return PyCapsule_New(new_schema(), "arrow_schema", release_offered_schema);
}

FUNCTION(use)
{
    struct schema *schema = PyCapsule_GetPointer(ARGUMENT, "arrow_schema");
    schema->release(schema);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
