/* The place where a Python program is: files, lines and functions. */
#ifndef CHECK_PYFRAMES_H
#define CHECK_PYFRAMES_H

#include <stddef.h>

enum { PYFRAMES_SIZE = 4096 };

/* Writes up to `most` frames, the innermost first, as "file:line (function)"
 * with a zero byte behind each, and returns how many. Writes nothing if the
 * interpreter must not be called in this thread. */
int pyframes(char text[PYFRAMES_SIZE], int most);

#endif
