/* Broken: the release callback does not set release to NULL. The destructor
 * then releases the structure once more. */
#include "tests/check/protocols.h"

static void release_nothing(struct schema *schema) { (void)schema; }

FUNCTION(make)
{
    struct schema *schema = calloc(1, sizeof *schema);
    schema->format = "i";
    schema->release = release_nothing;
    return PyCapsule_New(schema, "arrow_schema", release_offered_schema);
}

FUNCTION(use)
{
    struct schema *schema = PyCapsule_GetPointer(ARGUMENT, "arrow_schema");
    schema->release(schema);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
