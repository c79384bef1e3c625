/* Capsules chapter, 66.4: adds a capsule to a module as an attribute. */
static int
export_api(PyObject *m)
{
    PyObject *capsule;

    capsule = PyCapsule_New(
        &FastDB_API,
        "fastdb._C_API",
        NULL
    );

    if (capsule == NULL) {
        return -1;
    }

    if (PyModule_AddObject(m, "_C_API", capsule) < 0) {
        Py_DECREF(capsule);
        return -1;
    }

    return 0;
}
