/* Turns a corpus for people into one for engines: one flat folder of binary
 * inputs, named after where they come from.
 *
 *   pack [--bytes] OUT ROOT FILE ...
 *
 * With --bytes, files are taken as they are; without, they are programs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/driver/input.h"
#include "fuzz/program/program.h"

enum { ERROR_SIZE = 1024 };

static bool write_file(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    bool written = out && fwrite(bytes, 1, size, out) == size;
    if ((out && fclose(out) != 0) || !written) {
        fprintf(stderr, "pack: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

/* `corpus/name/seed/a.prog` below `corpus/name` becomes `OUT/seed-a.prog`. */
static void output_path(char *path, size_t size, const char *out,
                        const char *root, const char *file)
{
    size_t length = strlen(root);
    if (strncmp(file, root, length) == 0 && file[length] == '/') {
        file += length + 1;
    }
    size_t start = (size_t)snprintf(path, size, "%s/", out);
    snprintf(path + start, size - start, "%s", file);
    for (char *at = path + start; (at = strchr(at, '/'));) {
        *at = '-';
    }
}

static bool pack(const char *path, const char *file, bool programs)
{
    static struct program program;
    static uint8_t bytes[MAX_ENCODED];
    struct input input;
    char error[ERROR_SIZE];
    size_t length = strlen(file);
    bool is_text =
        programs && length > 5 && strcmp(file + length - 5, ".prog") == 0;

    if (!input_read(&input, file, error, sizeof error)) {
        fprintf(stderr, "pack: %s\n", error);
        return false;
    }
    bool done;
    if (!is_text) {
        done = write_file(path, input.bytes, input.size);
    } else if (program_parse(&program, (char *)input.bytes, input.size, file,
                             NULL, error, sizeof error)) {
        done = write_file(path, bytes,
                          program_encode(&program, bytes, sizeof bytes));
    } else {
        fprintf(stderr, "%s\n", error);
        done = false;
    }
    input_free(&input);
    return done;
}

int main(int argc, char **argv)
{
    bool programs = true;
    int first = 1;
    char path[FILENAME_MAX];

    if (argc > 1 && strcmp(argv[1], "--bytes") == 0) {
        programs = false;
        first++;
    }
    if (argc < first + 2) {
        fprintf(stderr, "usage: pack [--bytes] OUT ROOT FILE ...\n");
        return 2;
    }
    for (int i = first + 2; i < argc; i++) {
        output_path(path, sizeof path, argv[first], argv[first + 1], argv[i]);
        if (!pack(path, argv[i], programs)) {
            return 2;
        }
    }
    return 0;
}
