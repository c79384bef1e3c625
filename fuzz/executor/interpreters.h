/* What the end of a program needs of the family of interpreters. Not every
 * implementation has what its calls need; tools/conformance then links a file
 * that replaces interpreters.c. */
#ifndef FUZZ_EXECUTOR_INTERPRETERS_H
#define FUZZ_EXECUTOR_INTERPRETERS_H

/* Removes the module "state" from the main interpreter. The other interpreters
 * have ended. */
void forget_state(void);

#endif
