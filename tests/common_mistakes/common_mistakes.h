/* The common bugs of section 66.22 of the Capsules chapter. Each is written as
 * the author of an extension would write it, together with code that uses the
 * extension.
 *
 * Each function below is such a user. It is written to return 0, or -1 with an
 * exception; common_mistakes_test.cc says how it really ends.
 */
#ifndef TESTS_COMMON_MISTAKES_COMMON_MISTAKES_H
#define TESTS_COMMON_MISTAKES_COMMON_MISTAKES_H

#include <Python.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* BUG-1: producer and consumer use different names. */
int name_mismatch_import(void);
int name_mismatch_get_pointer(void);

/* BUG-2: the producer inserted a member, a function or a number, before the
 * members that the consumer uses, and kept the version. */
int abi_mismatch_function(void);
int abi_mismatch_number(void);
/* True if the compiler can see the mismatch (API-4). */
bool abi_mismatch_seen_by_the_compiler(void);

/* BUG-3: the data is freed while a capsule still points to it. */
int dangling_pointer(void);

/* BUG-4: the capsules own memory that no code frees. */
int missing_destructor(void);

/* BUG-5: the destructor fails and does not clear its exception. */
int bad_destructor(void);

/* BUG-6: a static table holds an object of one interpreter. The first function
 * notices, in one interpreter, that the table holds an object of another; the
 * second uses the object after its interpreter has ended. */
int interpreter_leak_seen(void);
int interpreter_leak_used(void);

/* BUG-7: Python code gets a capsule, and copies or pickles it. */
int misuse_from_python(void);

/* BUG-8: the pointer leads into an array that grows and moves. */
int invalid_lifetime(void);

#ifdef __cplusplus
}
#endif

#endif
