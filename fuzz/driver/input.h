/* The files and folders that the user names, and their contents. */
#ifndef FUZZ_DRIVER_INPUT_H
#define FUZZ_DRIVER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
    uint8_t *bytes; /* owned; exact size; input_free() */
    size_t size;
};

/* Changes to the folder of the user's shell: `bazel run` starts programs in
 * another folder, and relative paths must still work. Call first. */
void input_use_working_directory(void);

/* Reads the whole file. On failure returns false and writes one line with the
 * file and the reason to `error`. */
bool input_read(struct input *input, const char *path, char *error,
                size_t error_size);

void input_free(struct input *input);

struct input_list {
    char **paths; /* owned; input_list_free() */
    size_t count;
};

/* Adds the file at `path`, or all files below the folder at `path` in the order
 * of their names. If a folder is unreadable or contains no file, frees the
 * list, writes one line to `error` and returns false. */
bool input_list_add(struct input_list *list, const char *path, char *error,
                    size_t error_size);

void input_list_free(struct input_list *list);

#endif
