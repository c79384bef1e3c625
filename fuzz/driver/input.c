/* Finds and reads the files that the user names; see input.h. */
#define _XOPEN_SOURCE 700 /* scandir, strdup */
#include "fuzz/driver/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void input_use_working_directory(void)
{
    const char *folder = getenv("BUILD_WORKING_DIRECTORY");
    if (folder && chdir(folder) != 0) {
        fprintf(stderr, "cannot enter %s: %s\n", folder, strerror(errno));
        exit(2);
    }
}

static bool fail(const char *path, const char *why, char *error, size_t size)
{
    snprintf(error, size, "cannot read %s: %s", path, why);
    return false;
}

/* Reads until the end of the file. `expected` from fstat() is only a first
 * guess: for a pipe it is 0. */
static bool read_all(struct input *input, int file, size_t expected)
{
    size_t capacity = expected + 1;
    input->size = 0;
    input->bytes = malloc(capacity);
    while (input->bytes) {
        ssize_t got =
            read(file, input->bytes + input->size, capacity - input->size);
        if (got < 0) {
            break;
        }
        if (got == 0) {
            /* Exactly the input's size, so that the sanitizer sees a read
             * beyond the end. */
            uint8_t *exact = realloc(input->bytes, input->size + !input->size);
            input->bytes = exact ? exact : input->bytes;
            return true;
        }
        input->size += (size_t)got;
        if (input->size == capacity) {
            capacity *= 2;
            uint8_t *larger = realloc(input->bytes, capacity);
            if (!larger) {
                break;
            }
            input->bytes = larger;
        }
    }
    int why = input->bytes ? errno : ENOMEM;
    free(input->bytes);
    errno = why;
    return false;
}

bool input_read(struct input *input, const char *path, char *error,
                size_t error_size)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return fail(path, strerror(errno), error, error_size);
    }
    if (fstat(file, &about) != 0 || S_ISDIR(about.st_mode)) {
        close(file);
        return fail(path, "it is a folder", error, error_size);
    }
    bool done = read_all(input, file, (size_t)about.st_size);
    int why = errno;
    close(file);
    return done || fail(path, strerror(why), error, error_size);
}

void input_free(struct input *input)
{
    free(input->bytes);
    *input = (struct input){0};
}

static void add_path(struct input_list *list, char *path)
{
    /* Grow in powers of two. */
    if ((list->count & (list->count - 1)) == 0) {
        size_t capacity = list->count ? list->count * 2 : 1;
        list->paths = realloc(list->paths, capacity * sizeof *list->paths);
    }
    if (!path || !list->paths) {
        abort();
    }
    list->paths[list->count++] = path;
}

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path) {
        snprintf(path, size, "%s/%s", folder, name);
    }
    return path;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool add_tree(struct input_list *list, const char *path, char *error,
                     size_t error_size)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        return fail(path, strerror(errno), error, error_size);
    }
    if (!S_ISDIR(about.st_mode)) {
        add_path(list, strdup(path));
        return true;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) {
        return fail(path, strerror(errno), error, error_size);
    }
    bool done = true;
    for (int i = 0; i < count; i++) {
        char *below = join(path, entries[i]->d_name);
        done = done && below && add_tree(list, below, error, error_size);
        free(below);
        free(entries[i]);
    }
    free(entries);
    return done;
}

void input_list_free(struct input_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->paths[i]);
    }
    free(list->paths);
    *list = (struct input_list){0};
}

bool input_list_add(struct input_list *list, const char *path, char *error,
                    size_t error_size)
{
    size_t before = list->count;
    bool added = add_tree(list, path, error, error_size) &&
                 (list->count > before ||
                  fail(path, "the folder holds no file", error, error_size));
    if (!added) {
        input_list_free(list);
    }
    return added;
}
