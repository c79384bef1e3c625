/* Capsules chapter, 66.9: a destructor. */
static void
capsule_destructor(PyObject *capsule)
{
    void *ptr;

    ptr = PyCapsule_GetPointer(capsule,
                               "fastdb.Context");
    if (ptr == NULL) {
        PyErr_Clear();
        return;
    }

    fastdb_context_free(ptr);
}
