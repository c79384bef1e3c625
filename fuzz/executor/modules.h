/* The modules of programs, for those who compare them. */
#ifndef FUZZ_EXECUTOR_MODULES_H
#define FUZZ_EXECUTOR_MODULES_H

#include <Python.h>

#include "fuzz/model/step.h"

/* Removes all modules of programs from sys.modules. */
void modules_forget(void);

/* Makes a call about modules; allocations do not fail unless the call itself
 * says so. Returns what came back. */
uintptr_t perform_module_call(const struct call *call,
                              const struct model_arg *args);

/* The module's object, borrowed; NULL if it is not in sys.modules. */
PyObject *module_in_sys_modules(unsigned module);

/* The namespace or imported module, borrowed; NULL if there is none. */
PyObject *owner_object(unsigned owner);

/* How often the module's init was called in this program. */
unsigned module_initialised(unsigned module);

/* --- import.c ------------------------------------------------------------- */

/* Keeps what an import must not change, and says if memory may fail. */
void import_begin(struct step *step);
/* Makes a call about modules; if memory fails, the prediction follows what
 * happened. */
uintptr_t import_perform(struct step *step);
/* Names, references and sys.modules after the call. */
void import_check(const struct step *step);
/* The rule of an import that must succeed and did not. */
uint16_t refused_import_rule(const struct prediction *prediction);

#endif
