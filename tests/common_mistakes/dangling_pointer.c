/* BUG-3: the capsule points to freed memory. */
#include "tests/common_mistakes/common_mistakes.h"

struct settings {
    int verbose;
};

/* library_close() frees the settings, even if a capsule still points to
 * them. */
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
