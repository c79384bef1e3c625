/* What warnings.c, the module `warnings` and lifecycle.c share. */
#ifndef CAPSULE_RUNTIME_WARNINGS_H
#define CAPSULE_RUNTIME_WARNINGS_H

#include "capsule/runtime/internal.h"

enum warning_action {
    WARNING_DEFAULT,
    WARNING_IGNORE,
    WARNING_ALWAYS,
    WARNING_ERROR
};

/* Adds a filter before all others, or behind them. `category` is an exception
 * type. 0, or -1 and MemoryError. */
int warnings_add_filter(enum warning_action action, PyObject *category,
                        bool append);
void warnings_remove_filters(void);

/* Makes the module one that can be imported. */
void warnings_announce_module(void);

#endif
