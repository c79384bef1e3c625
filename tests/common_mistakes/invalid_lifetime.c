/* BUG-8: the pointer leads into memory that moves. */
#include "tests/common_mistakes/common_mistakes.h"

static struct {
    double *samples;
    size_t count;
} series;

static void append(double sample)
{
    series.samples =
        realloc(series.samples, (series.count + 1) * sizeof *series.samples);
    series.samples[series.count++] = sample;
}

int invalid_lifetime(void)
{
    append(0);
    PyObject *first = PyCapsule_New(&series.samples[0], "series.first", NULL);
    for (int i = 1; i < 1000; i++) {
        append(i);
    }
    const double *sample = PyCapsule_GetPointer(first, "series.first");
    int status = *sample > 0;
    Py_DECREF(first);
    return status;
}
