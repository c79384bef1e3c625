/* The common bugs of 66.22 of the Capsules chapter, each written as the author
 * of an extension would write it, beside a user who trusts it.
 *
 * Each function is such a user. It returns 0, or -1 and an exception; what it
 * really ends with stands in common_mistakes_test.cc.
 */
#ifndef TESTS_COMMON_MISTAKES_COMMON_MISTAKES_H
#define TESTS_COMMON_MISTAKES_COMMON_MISTAKES_H

#include <Python.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* BUG-1: the producer uses one name, the consumer another. */
int name_mismatch_import(void);
int name_mismatch_get_pointer(void);

/* BUG-2: the producer's table has a new member in front, under the version that
 * the consumer knows: a function, or a number. */
int abi_mismatch_function(void);
int abi_mismatch_number(void);
/* True if the compiler can see the mismatch (API-4). */
bool abi_mismatch_seen_by_the_compiler(void);

/* BUG-3: the data are freed while a capsule leads to them. */
int dangling_pointer(void);

/* BUG-4: the capsules own what nobody frees. */
int missing_destructor(void);

/* BUG-5: the destructor fails and does not clear its exception. */
int bad_destructor(void);

/* BUG-6: a static table holds an object of the first interpreter. The first
 * looks at it from the second, the second after the end of the first. */
int interpreter_leak_seen(void);
int interpreter_leak_used(void);

/* BUG-7: users of Python get a capsule, and copy or pickle it. */
int misuse_from_python(void);

/* BUG-8: the pointer leads into an array that grows. */
int invalid_lifetime(void);

#ifdef __cplusplus
}
#endif

#endif
