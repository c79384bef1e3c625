/* BUG-3: the capsule leads to memory that was freed. */
#include "tests/common_mistakes/common_mistakes.h"

struct settings {
    int verbose;
};

/* The library takes its settings back when it is closed, whoever has them. */
static struct settings *settings;

static PyObject *library_open(void)
{
    settings = calloc(1, sizeof *settings);
    return PyCapsule_New(settings, "library.settings", NULL);
}

static void library_close(void) { free(settings); }

int dangling_pointer(void)
{
    PyObject *capsule = library_open();
    library_close();
    const struct settings *seen =
        PyCapsule_GetPointer(capsule, "library.settings");
    int verbose = seen->verbose;
    Py_DECREF(capsule);
    return verbose;
}
