/* Structures of one producer share their private data, or have none. They are
 * moved, and released in another order. */
#include "tests/check/protocols.h"

enum { COUNT = 4 };

static int owner, released;

static void release(struct schema *schema)
{
    released++;
    schema->release = NULL;
}

FUNCTION(make)
{
    struct schema moved[COUNT];
    for (int i = 0; i < COUNT; i++) {
        struct schema *schema = new_schema();
        free(schema->private_data);
        schema->private_data = i % 2 ? &owner : NULL;
        schema->release = release;
        PyObject *capsule =
            PyCapsule_New(schema, "arrow_schema", release_offered_schema);
        moved[i] = *schema;
        schema->release = NULL;
        Py_DECREF(capsule);
    }
    for (int i = 0; i < COUNT; i++)
        moved[i].release(&moved[i]);
    return done(released != COUNT);
}

EXTENSION(METHOD(make))
