/* Broken: the producer fills the structure in when the capsule is there, and
 * its release callback does not mark the structure as released. */
#include "tests/check/protocols.h"

static void leave_unmarked(struct schema *schema) { (void)schema; }

FUNCTION(make)
{
    struct schema *schema = calloc(1, sizeof *schema);
    PyObject *capsule =
        PyCapsule_New(schema, "arrow_schema", release_offered_schema);
    schema->format = "i";
    schema->release = leave_unmarked;
    return capsule;
}

EXTENSION(METHOD(make))
