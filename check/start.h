/* Start, fork and exit of a process that is checked. */
#ifndef CHECK_START_H
#define CHECK_START_H

#include <stdbool.h>

/* False in a process that is not checked: the exported functions then only
 * forward. */
extern bool start_is_checking;

extern bool start_has_run; /* the interpreter works and is hooked */
void start_python_slowly(void);

/* Called at each capsule function: hooks what can be hooked only once the
 * interpreter works. */
static inline void start_python(void)
{
    if (__builtin_expect(!start_has_run, 0))
        start_python_slowly();
}

#endif
