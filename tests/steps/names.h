/* The names of the state. For the checker, bounded_names.c has names of a few
 * bytes in memory, and opaque_names.c has names of any length that only the
 * functions of <string.h> can read. On a machine, machine_names.c has blocks.
 */
#ifndef TESTS_STEPS_NAMES_H
#define TESTS_STEPS_NAMES_H

/* The state has three names; two of them may be equal. */
enum { NAMES = 3 };

/* Makes any names. */
void names_begin(void);
/* Frees the names that nobody freed. Only on a machine. */
void names_end(void);
/* Returns the name that is the path of an import. The other names are alike, so
 * a step that has one path proves no less and takes less time. */
const char *first_name(void);
/* The number of names that are not as names_begin() made them. */
int names_changed(void);

#endif
