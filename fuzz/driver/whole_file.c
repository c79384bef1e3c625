/* Writes files through a temporary file; see whole_file.h. */
#define _POSIX_C_SOURCE 200809L /* fileno */
#include "fuzz/driver/whole_file.h"

#include <errno.h>
#include <unistd.h>

bool whole_file_write(const char *path,
                      void (*print)(FILE *out, const void *context),
                      const void *context)
{
    char temporary[FILENAME_MAX + 8];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *out = fopen(temporary, "w");
    if (!out) {
        return false;
    }
    print(out, context);
    bool written = !ferror(out) && fflush(out) == 0 && fsync(fileno(out)) == 0;
    int error = errno;
    if (fclose(out) != 0 && written) {
        error = errno;
        written = false;
    }
    if (written && rename(temporary, path) != 0) {
        error = errno;
        written = false;
    }
    if (!written) {
        unlink(temporary);
        errno = error;
    }
    return written;
}
