/* What importing needs of the announced modules. */
#ifndef CAPSULE_RUNTIME_INITTAB_H
#define CAPSULE_RUNTIME_INITTAB_H

#include "capsule/runtime/internal.h"

struct announced {
    const char *name; /* not owned */
    PyObject *(*init)(void);
};

/* The entry of that name, or NULL. */
const struct announced *inittab_find(PyObject *name);

/* Makes the module and puts it into sys.modules: new reference. Where that
 * fails, it is not there. */
PyObject *module_initialise(const struct announced *entry, PyObject *name);

/* The same for what an init function returned, if that is a definition to be
 * initialised in phases. */
PyObject *module_initialise_in_phases(PyModuleDef *def, PyObject *name);

#endif
