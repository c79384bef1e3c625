/* The modules of programs: functions for the files that compare them. */
#ifndef FUZZ_EXECUTOR_MODULES_H
#define FUZZ_EXECUTOR_MODULES_H

#include <Python.h>

#include "fuzz/model/step.h"

/* Removes all modules of programs from sys.modules. */
void modules_forget(void);

/* Makes a call about modules. Allocations fail only where the call itself
 * allows it. Returns the result: an address or an int. */
uintptr_t perform_module_call(const struct call *call,
                              const struct model_arg *args);

/* Runs the program of the module's init and __getattr__, if it has one. */
void run_inside(unsigned module);

/* Returns how often the module's init was called in this program. */
unsigned module_initialised(unsigned module);

/* --- import.c ------------------------------------------------------------- */

/* Saves what an import must not change, and decides whether allocations may
 * fail. */
void import_begin(struct step *step);
/* Makes a call about modules. After a failed allocation, corrects the
 * prediction to match what happened. */
uintptr_t import_perform(struct step *step);
/* Compares names, references and sys.modules after the call. */
void import_check(const struct step *step);
/* Returns the rule that is broken if an import that must succeed fails. */
uint16_t refused_import_rule(const struct prediction *prediction);

#endif
