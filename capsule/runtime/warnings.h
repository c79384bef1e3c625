/* Functions that warnings.c, the module `warnings` and lifecycle.c share. */
#ifndef CAPSULE_RUNTIME_WARNINGS_H
#define CAPSULE_RUNTIME_WARNINGS_H

#include "capsule/runtime/internal.h"

enum warning_action {
    WARNING_DEFAULT,
    WARNING_IGNORE,
    WARNING_ALWAYS,
    WARNING_ERROR
};

/* Adds a filter before all others, or after them if `append` is true.
 * `category` is an exception type. Returns 0, or -1 with MemoryError. */
int warnings_add_filter(enum warning_action action, PyObject *category,
                        bool append);
void warnings_remove_filters(void);

/* Announces the module `warnings`, so that programs can import it. */
void warnings_announce_module(void);

#endif
