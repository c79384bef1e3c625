/* Writes files that are never incomplete. */
#ifndef FUZZ_DRIVER_WHOLE_FILE_H
#define FUZZ_DRIVER_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* Writes what print() prints to a temporary file, waits until the disk has it,
 * and renames it to `path`. Returns false, sets errno and leaves no file behind
 * on failure. */
bool whole_file_write(const char *path,
                      void (*print)(FILE *out, const void *context),
                      const void *context);

#endif
