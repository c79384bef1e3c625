/* Comparisons of what happened with what the model says. Each reports the first
 * difference as the violation of a rule. */
#ifndef FUZZ_EXECUTOR_CHECK_H
#define FUZZ_EXECUTOR_CHECK_H

#include <Python.h>

#include "fuzz/model/step.h"

/* --- check_value.c: what came back ---------------------------------------- */

/* The call returned what was predicted. */
void check_value(const struct step *step);

/* --- check_error.c: the error indicator ----------------------------------- */

/* True if an exception is pending that was not there before the call. */
bool has_raised(const struct model_error *before);
/* The indicator changed as predicted. */
void check_error(const struct step *step);
/* The indicator is what the model says; `rule` is what is broken otherwise. */
void check_indicator(uint16_t rule);
/* Gives up the references to the exceptions that the program has met. */
void forget_exceptions(void);

/* --- check_capsules.c: fields, reference counts, other objects ------------ */

/* The capsules that this call may have changed, or has changed. */
void check_capsules(const struct step *step);
/* All capsules that live. */
void check_all_capsules(void);
/* All that the destructor finds in its capsule. */
void check_at_the_end(int capsule);
/* No object that is not a capsule was written to. */
void check_foreign_objects(uint16_t rule);
/* For programs that break the contract: no capsule's name has been freed. */
void check_names_alive(void);

/* True if reference counts can be compared with the model's. A profile that
 * destroys later may have any counts. */
bool counts_mean_something(void);
/* Reads all fields through the API. Returns the first that is not what the
 * model says and what it is in *got, or FIELD_COUNT. */
enum field find_difference(const struct model_capsule *capsule, uintptr_t *got);
void report_difference(const struct model_capsule *capsule, enum field field,
                       uintptr_t got, uint16_t rule) __attribute__((cold));

/* --- check_setter.c: calls that set a field ------------------------------- */

/* Before the call: keeps what the field has. */
void note_replaced(const struct call *call, int capsule);
/* After its success. */
void check_setter(const struct call *call, int capsule);
/* The rule that the setter has broken when this field is `got`. */
uint16_t setter_rule(const struct call *call,
                     const struct model_capsule *capsule, enum field field,
                     uintptr_t got);
/* True if the name's memory is still there, or the program has freed it. */
bool keeps_its_memory(const struct model_address *name);

/* --- expect.c: the program's own comments --------------------------------- */

/* The result that the comment on the call's line expects. */
void check_expectation(const struct step *step);

#endif
