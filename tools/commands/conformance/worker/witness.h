/* Follows the calls that rule tests make, so that a test that fails because of
 * what another rule demands is not held against its own rule.
 *
 * tools/conformance renames PyCapsule_New in the objects of rule tests to
 * witness_New, and so on; these functions call the real ones and compare what
 * comes with what the calls before it have stored. They change nothing: no
 * call is added, no exception is looked into. Where something differs, a line
 *
 *   suspect <rules> <call>
 *
 * says which rules' business that may be. It is no verdict: that is the
 * test's. */
#ifndef TOOLS_MATRIX_WORKER_WITNESS_H
#define TOOLS_MATRIX_WORKER_WITNESS_H

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A test begins: nothing is known. */
void witness_reset(void);

/* A destructor that asks for the capsule's name, once for each time it runs. */
void witness_asks_name(PyCapsule_Destructor destructor);

/* Something that was seen elsewhere: rules with blanks between them. */
void witness_suspect(const char *rules);

/* The call that is under way, or NULL; for whoever handles a signal. */
extern const char *volatile witness_call;

#ifdef __cplusplus
}
#endif

#endif
