/* The C API of the extension module `series`, for other extensions. */
#ifndef EXAMPLES_EXTENSION_SERIES_H
#define EXAMPLES_EXTENSION_SERIES_H

#include <Python.h>

#define SERIES_API_NAME "series._C_API"
#define SERIES_API_VERSION 1

struct series_api {
    int version;
    /* Stores the mean of a Series and returns 0, or returns -1 with an
     * exception. */
    int (*mean)(PyObject *series, double *mean);
};

#endif
