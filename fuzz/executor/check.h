/* Compares what happened with what the model predicts. Each function reports
 * the first difference as the violation of a rule. */
#ifndef FUZZ_EXECUTOR_CHECK_H
#define FUZZ_EXECUTOR_CHECK_H

#include <Python.h>

#include "fuzz/model/step.h"

/* --- check_value.c: what came back ---------------------------------------- */

/* The call must have returned the predicted value. */
void check_value(const struct step *step);

/* --- check_error.c: the error indicator ----------------------------------- */

/* True if an exception is pending that was not pending before the call. */
bool has_raised(const struct model_error *before);
/* The call must have changed the error indicator as predicted. */
void check_error(const struct step *step);
/* The error indicator must be the model's; otherwise `rule` is broken. */
void check_indicator(uint16_t rule);
/* Drops the references to the exceptions that the program has met. */
void forget_exceptions(void);
/* The same, but keeps those that are pending in other interpreters. */
void forget_exceptions_here(void);

/* --- check_capsules.c: fields, reference counts, other objects ------------ */

/* Compares the capsules that the call may have changed or has changed. */
void check_capsules(const struct step *step);
/* Compares all living capsules. */
void check_all_capsules(void);
/* Compares every field that a destructor finds in its capsule. */
void check_at_the_end(int capsule);
/* The objects that are not capsules must be unchanged. */
void check_foreign_objects(uint16_t rule);
/* For programs that break the contract: reports a capsule whose name is
 * freed. */
void check_names_alive(void);

/* True if reference counts can be compared with the model's. Profiles with
 * deferred destruction have other counts. */
bool counts_mean_something(void);
/* Reads all fields through the API. Returns the first field that differs from
 * the model and stores its value in *got; FIELD_COUNT if no field differs. */
enum field find_difference(const struct model_capsule *capsule, uintptr_t *got);
void report_difference(const struct model_capsule *capsule, enum field field,
                       uintptr_t got, uint16_t rule) __attribute__((cold));

/* --- check_setter.c: calls that set a field ------------------------------- */

/* Called before a setter: saves the field's value. */
void note_replaced(const struct call *call, int capsule);
/* Called after a successful setter: compares the capsule. */
void check_setter(const struct call *call, int capsule);
/* Returns the rule that the setter has broken if this field is `got`. */
uint16_t setter_rule(const struct call *call,
                     const struct model_capsule *capsule, enum field field,
                     uintptr_t got);
/* True if the name's memory is still allocated, or if the program freed it. */
bool keeps_its_memory(const struct model_address *name);

/* --- expect.c: results that the program's text expects -------------------- */

/* The call must return what the comment on its line expects. */
void check_expectation(const struct step *step);

#endif
