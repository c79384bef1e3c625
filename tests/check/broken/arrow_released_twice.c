/* Broken: the consumer moves the structure, and releases two copies of it. */
#include "tests/check/protocols.h"

static int data;

static void mark_released(struct schema *schema) { schema->release = NULL; }

FUNCTION(make)
{
    struct schema *schema = calloc(1, sizeof *schema);
    schema->format = "i";
    schema->private_data = &data;
    schema->release = mark_released;
    return PyCapsule_New(schema, "arrow_schema", release_offered_schema);
}

FUNCTION(use)
{
    struct schema *original = PyCapsule_GetPointer(ARGUMENT, "arrow_schema");
    struct schema first = *original;
    struct schema second = *original;
    original->release = NULL;
    first.release(&first);
    second.release(&second);
    return done(0);
}

EXTENSION(METHOD(make), METHOD(use))
