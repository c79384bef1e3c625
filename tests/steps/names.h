/* The names of the state, as the checker has them: bounded_names.c has names of
 * a few bytes in memory, opaque_names.c has names of any length that nothing
 * can read but the functions of <string.h>. */
#ifndef TESTS_STEPS_NAMES_H
#define TESTS_STEPS_NAMES_H

/* The state has three names; two of them may be equal. */
enum { NAMES = 3 };

/* Makes any names. */
void names_begin(void);
/* One of the names. The three are alike, so a step that is given one name loses
 * nothing if the name is always the first, and takes less time. */
const char *first_name(void);
/* The number of names that are not as names_begin() made them. */
int names_changed(void);

#endif
