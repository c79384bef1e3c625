/* Inputs that must run before an input so that it shows its finding: the state
 * of the implementation lasts from one program to the next. */
#ifndef FUZZ_DRIVER_EARLIER_H
#define FUZZ_DRIVER_EARLIER_H

#include <stdbool.h>
#include <stddef.h>

/* Loads the files of the folder in the order of their names. Returns false
 * after one line on stderr if one is unreadable. Call at most once. */
bool earlier_load(const char *tool, const char *folder);

/* Returns the number of inputs that are left. */
size_t earlier_count(void);

/* Runs the inputs that are left. Returns only if there is no finding. */
void earlier_run(void);

/* Removes inputs, then reduces the others, while keeps() returns true. */
void earlier_reduce(bool (*keeps)(void *), void *context);

/* Writes the inputs to PREFIX1SUFFIX, PREFIX2SUFFIX, ... and prints the paths,
 * one per line. Returns false if a file cannot be written. */
bool earlier_write(const char *prefix, const char *suffix);

#endif
