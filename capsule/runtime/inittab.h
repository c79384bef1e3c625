/* The table of announced modules, and the functions that initialise a module
 * from it. */
#ifndef CAPSULE_RUNTIME_INITTAB_H
#define CAPSULE_RUNTIME_INITTAB_H

#include "capsule/runtime/internal.h"

struct announced {
    const char *name; /* not owned */
    PyObject *(*init)(void);
};

/* Returns the entry with this name, or NULL. */
const struct announced *inittab_find(PyObject *name);

/* Initialises the module and puts it into sys.modules: new reference. On
 * failure the module is not in sys.modules. */
PyObject *module_initialise(const struct announced *entry, PyObject *name);

/* Does the same with a definition that an init function returned for
 * multi-phase initialisation. */
PyObject *module_initialise_in_phases(PyModuleDef *def, PyObject *name);

#endif
