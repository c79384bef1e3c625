/* A consumer moves the structure out, and releases its copy twice as late. */
#include "tests/check/protocols.h"

static struct schema moved;

FUNCTION(make)
{
    return PyCapsule_New(new_schema(), "arrow_schema", release_offered_schema);
}

FUNCTION(take)
{
    struct schema *original = PyCapsule_GetPointer(ARGUMENT, "arrow_schema");
    moved = *original;
    original->release = NULL;
    return done(0);
}

FUNCTION(finish)
{
    struct schema moved_again = moved;
    moved.release = NULL;
    moved_again.release(&moved_again);
    return done(moved_again.release != NULL);
}

EXTENSION(METHOD(make), METHOD(take), METHOD(finish))
