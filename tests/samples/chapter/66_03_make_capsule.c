/* Capsules chapter, 66.3: makes a capsule of a table that is NULL. */
static void *
api_table = NULL;

static PyObject *
make_capsule(void)
{
    return PyCapsule_New(
        api_table,
        "fastdb._C_API",
        NULL
    );
}
