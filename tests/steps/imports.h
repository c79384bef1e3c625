/* Modules, attributes and strings as the checker has them. */
#ifndef TESTS_STEPS_IMPORTS_H
#define TESTS_STEPS_IMPORTS_H

#include "tests/steps/step.h"

/* The lookups since imports_begin(). */
extern struct imports {
    const char *path;
    int position;    /* of the next component in the path; -1: there is none */
    int count;       /* of lookups */
    PyObject *found; /* by the last lookup; NULL if the lookup failed */
    bool failed;     /* the last lookup failed */
    struct error error; /* what the failed lookup raised */
} imports;

/* From now on, each lookup is held against the next component of the path. */
void imports_begin(const char *path);

/* True if the message of the pending exception is `format` with the first
 * component of the path in the place of `%s`. */
bool imports_error_says(const char *format);

/* True if the references that the lookups gave away were given back. */
bool imports_keep_references(const struct world *before,
                             const struct world *after);
/* True if nobody but a lookup changed a field since imports_begin(). */
bool imports_keep_fields(const struct world *after);

/* True if the implementation honours the argument of PyCapsule_Import. */
bool state_no_block_counts(int no_block);
/* True if PyCapsule_Import has no MemoryError for its copy of the path. */
bool state_import_lacks_memory_error(void);

/* True if the str that the implementation made last shows the capsule. */
bool repr_shows(PyObject *capsule, const char *name);
/* Releases a str. */
void repr_forget(PyObject *text);

#endif
