/* Functions that set what programs publish: the attributes of modules and
 * namespaces. Private to this folder. */
#ifndef FUZZ_EXECUTOR_PUBLISHED_H
#define FUZZ_EXECUTOR_PUBLISHED_H

#include <Python.h>

#include "fuzz/model/step.h"

/* Aborts if the implementation could not create an object that the program
 * needs. */
void must(bool done);

/* The module's object, borrowed; NULL if it is not in sys.modules. */
PyObject *module_in_sys_modules(unsigned module);

/* The namespace or imported module, borrowed; NULL if there is none. */
PyObject *owner_object(unsigned owner);

/* Returns the module or namespace of the argument, borrowed; creates a missing
 * namespace. NULL: the module is not imported. */
PyObject *published_owner(const struct model_arg *arg);

/* Returns the object of the argument, borrowed. */
PyObject *published_value(const struct model_arg *arg);

/* Sets the attribute now, or at the module's next initialisation. NULL removes
 * it. */
void published_set(const struct model_arg *owner, const char *name,
                   PyObject *value);

/* Sets what the owner's __getattr__ answers. */
void publish_answer(const struct model_arg *args);

/* Gives a module that is being imported its attributes. Returns 0, or -1 with
 * an exception. */
int published_fill(PyObject *module, unsigned id);

/* Drops the attributes that wait for the module. */
void published_drop(unsigned module);

/* Drops the attributes that wait for modules that were imported since. Called
 * after an import or inside an import that cannot lack memory: if an import
 * fails for lack of memory, the next one needs the attributes again. */
void published_drop_waiting(void);

/* Drops everything, namespaces included, at the end of a program. */
void published_end(void);

#endif
