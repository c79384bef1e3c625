/* The files that a user names: paths, folders, contents. */
#ifndef FUZZ_DRIVER_INPUT_H
#define FUZZ_DRIVER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
    uint8_t *bytes; /* owned; exact size; input_free() */
    size_t size;
};

/* Enters the folder of the user's shell, so that relative paths mean the same
 * under `bazel run`, which starts a program in another folder. Call first. */
void input_use_working_directory(void);

/* Reads the whole file. Returns false, and one line in `error` that names the
 * file and the reason, if that fails. */
bool input_read(struct input *input, const char *path, char *error,
                size_t error_size);

void input_free(struct input *input);

struct input_list {
    char **paths; /* owned; input_list_free() */
    size_t count;
};

/* Adds the file at `path`, or all files below the folder at `path`, in the
 * order of their names. Returns false, with one line in `error` and the list
 * freed, if a folder is unreadable or holds no file. */
bool input_list_add(struct input_list *list, const char *path, char *error,
                    size_t error_size);

void input_list_free(struct input_list *list);

#endif
