/* Producers make the capsule first and fill the structure in later. Until then
 * the block holds what another structure has left there. One of them fails. */
#include "tests/check/protocols.h"

static int owner, released;

static void release(struct schema *schema)
{
    released++;
    schema->release = NULL;
}

static const struct schema left = {
    .format = "i", .release = release, .private_data = release};

static PyObject *made(int fails)
{
    /* 24 is the offset of release in a stream, which this capsule is for. */
    char *block = malloc(sizeof left);
    memcpy(block, &left, sizeof left);
    memset(block + 24, 0, sizeof(void *));
    Py_DECREF(PyCapsule_New(block, "arrow_array_stream", NULL));
    memcpy(block, &left, sizeof left);
    PyObject *capsule =
        PyCapsule_New(block, "arrow_schema", release_offered_schema);
    struct schema *schema = PyCapsule_GetPointer(capsule, "arrow_schema");
    schema->release = NULL;
    if (!fails)
        *schema = (struct schema){
            .format = "l", .release = release, .private_data = &owner};
    return capsule;
}

FUNCTION(make)
{
    Py_DECREF(made(1));
    Py_DECREF(made(0));
    PyObject *capsule = made(0);
    struct schema *schema = PyCapsule_GetPointer(capsule, "arrow_schema");
    struct schema moved = *schema;
    schema->release = NULL;
    Py_DECREF(capsule);
    moved.release(&moved);
    return done(released != 2);
}

EXTENSION(METHOD(make))
