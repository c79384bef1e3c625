/* Broken: a schema is offered in a capsule for streams. */
#include "tests/check/protocols.h"

static void release_offered(PyObject *capsule)
{
    struct schema *schema = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    schema->release(schema);
    free(schema);
}

FUNCTION(make)
{
    return PyCapsule_New(new_schema(), "arrow_array_stream", release_offered);
}

EXTENSION(METHOD(make))
