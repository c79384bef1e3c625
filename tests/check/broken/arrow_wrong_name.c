/* Broken: a schema is offered in a capsule for streams. */
#include "tests/check/protocols.h"

enum { NULLABLE = 2 };

static void release_offered(PyObject *capsule)
{
    struct schema *schema = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    schema->release(schema);
    free(schema);
}

FUNCTION(make)
{
    struct schema *schema = new_schema();
    schema->flags = NULLABLE;
    return PyCapsule_New(schema, "arrow_array_stream", release_offered);
}

EXTENSION(METHOD(make))
