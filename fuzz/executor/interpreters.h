/* The functions of the family of interpreters that clean_up.c needs. Some
 * implementations lack the API for its calls; tools/conformance then links
 * another file in place of interpreters.c. */
#ifndef FUZZ_EXECUTOR_INTERPRETERS_H
#define FUZZ_EXECUTOR_INTERPRETERS_H

/* Removes the module "state" from the main interpreter, after all other
 * interpreters have ended. */
void forget_state(void);

#endif
