/* The functions that change what surrounds a program. The executor calls
 * set_locale() too. */
#ifndef FUZZ_PROGRAM_C_SURROUNDINGS_H
#define FUZZ_PROGRAM_C_SURROUNDINGS_H

#include <locale.h>

/* Sets the locale of the process; the numbers are those of calls.def. */
static void set_locale(unsigned number)
{
    setlocale(LC_ALL, number % 2 ? "C.UTF-8" : "C");
}

/* Does nothing: a program cannot turn the clock that Python reads. A tool such
 * as libfaketime can. */
static inline void turn_clock(unsigned seconds) { (void)seconds; }

#endif
